/** The interface on which kube-proxy's IPVS mode puts every address of a Service (pkg/proxy/ipvs/proxier.go). */
export const IPVS_DEVICE = 'kube-ipvs0';
