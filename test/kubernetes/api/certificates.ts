import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate with its key, made for one run of the tests. */
export interface TestCertificate {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** A certificate authority, and what it signed. */
export interface TestCertificates {
  readonly ca: Buffer;
  readonly server: TestCertificate;
  readonly expiredServer: TestCertificate;
  readonly otherName: TestCertificate;
  readonly client: TestCertificate;
  readonly expiredClient: TestCertificate;
}

/** Makes certificates with openssl: none is kept in the repository. */
export function makeCertificates(): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'kp-explain-certificates-'));
  const openssl = (...args: string[]): void => {
    execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  };
  try {
    openssl(...'ecparam -name prime256v1 -genkey -noout -out ca.key'.split(' '));
    openssl(...'req -x509 -new -key ca.key -days 2 -subj /CN=test-ca -out ca.crt'.split(' '));
    const sign = (name: string, subject: string, extension: string, dates: readonly string[]) => {
      writeFileSync(join(folder, `${name}.ext`), extension);
      openssl(...`ecparam -name prime256v1 -genkey -noout -out ${name}.key`.split(' '));
      openssl(...`req -new -key ${name}.key -subj ${subject} -out ${name}.csr`.split(' '));
      openssl(
        ...`x509 -req -in ${name}.csr -CA ca.crt -CAkey ca.key -CAcreateserial -extfile ${name}.ext -out ${name}.crt`.split(
          ' ',
        ),
        ...dates,
      );
      const read = (ending: string): Buffer => readFileSync(join(folder, `${name}.${ending}`));
      return { cert: read('crt'), key: read('key') };
    };
    const days = ['-days', '2'];
    const past = ['-days', '-1'];
    const local = 'subjectAltName=IP:127.0.0.1,DNS:localhost\n';
    return {
      ca: readFileSync(join(folder, 'ca.crt')),
      server: sign('server', '/CN=server', local, days),
      expiredServer: sign('expired', '/CN=server', local, past),
      otherName: sign('other', '/CN=other', 'subjectAltName=DNS:api.example.org\n', days),
      client: sign('client', '/O=system:masters/CN=admin', 'extendedKeyUsage=clientAuth\n', days),
      expiredClient: sign('late', '/CN=admin', 'extendedKeyUsage=clientAuth\n', past),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
