// Signs and verifies JSON Web Tokens with jose. Each line on the standard input is a
// question, each line that is printed its answer, both as JSON:
//
//   {"sign": {"alg": "ES256", "claims": {...}}}        {"token": "...", "jwk": {...}}
//   {"verify": {"alg": "ES256", "token": "...", "jwk": {...}, "issuer": "...", "audience": "..."}}
//                                                      {"payload": {...}} or {"error": "..."}
//   {"proof": {"alg": "ES256", "claims": {...}}}       a DPoP proof with its key inside
//
// The jwk of an answer is public, or the secret itself for HMAC.
import { randomBytes } from "node:crypto";
import { createInterface } from "node:readline";
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT } from "jose";

const pairs = new Map();

const pair = async (alg) => {
  if (!pairs.has(alg)) {
    if (alg.startsWith("HS")) {
      const secret = randomBytes(64);
      pairs.set(alg, { privateKey: secret, jwk: { kty: "oct", k: secret.toString("base64url") } });
    } else {
      const { publicKey, privateKey } = await generateKeyPair(alg);
      pairs.set(alg, { privateKey, jwk: await exportJWK(publicKey) });
    }
  }
  return pairs.get(alg);
};

const answer = async ({ sign, verify, proof }) => {
  if (verify) {
    const key = await importJWK(verify.jwk, verify.alg);
    const { payload } = await jwtVerify(verify.token, key, { algorithms: [verify.alg], issuer: verify.issuer, audience: verify.audience });
    return { payload };
  }
  const { alg, claims } = sign ?? proof;
  const { privateKey, jwk } = await pair(alg);
  const header = sign ? { alg, kid: alg, typ: "JWT" } : { alg, jwk, typ: "dpop+jwt" };
  return { token: await new SignJWT(claims).setProtectedHeader(header).sign(privateKey), jwk: { ...jwk, kid: alg, alg } };
};

for await (const line of createInterface({ input: process.stdin })) {
  const said = await answer(JSON.parse(line)).catch((error) => ({ error: String(error) }));
  process.stdout.write(JSON.stringify(said) + "\n");
}
