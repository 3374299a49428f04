/** @returns `10.0.0.1:80`, `[fd00::1]:80`; the address alone where there is no port. */
export function addressWithPort(address: string, port: number | null): string {
  if (port === null) return address;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
