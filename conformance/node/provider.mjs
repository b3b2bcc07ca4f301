// An authorization server on a port of this machine: oidc-provider with client
// credentials, opaque and signed access tokens, introspection, revocation and DPoP.
//
// The first line that it prints is its issuer as JSON. Then it answers each line on
// its standard input, the name of an order, with one line: "rotate" signs with a new
// key, "hide" does so without publishing the former one. It ends with its input.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { exportJWK, generateKeyPair } from "jose";
import { Provider } from "oidc-provider";

const say = (value) => process.stdout.write(JSON.stringify(value) + "\n");

const newKey = async (kid) => {
  const { privateKey } = await generateKeyPair("ES256", { extractable: true });
  return { ...(await exportJWK(privateKey)), kid, alg: "ES256", use: "sig" };
};

const client = (client_id, more) => ({
  client_id,
  client_secret: "s%cret:+ 1",
  grant_types: ["client_credentials"],
  redirect_uris: [],
  response_types: [],
  id_token_signed_response_alg: "ES256",
  ...more,
});

const scope = "films:read films:write";
const formats = {
  signer: { accessTokenFormat: "jwt", jwt: { sign: { alg: "ES256" } } },
  app: { accessTokenFormat: "opaque" },
};

const provider = (issuer, keys) =>
  new Provider(issuer, {
    clients: [
      client("app"), // gets opaque tokens
      client("signer"), // gets signed ones
      client("api:1"), // may introspect; its ID has to be encoded
      client("poster", { token_endpoint_auth_method: "client_secret_post" }),
    ],
    jwks: { keys },
    scopes: scope.split(" "),
    enabledJWA: { dPoPSigningAlgValues: ["ES256", "EdDSA", "PS256"] },
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: (_, asking) => asking.clientId !== "app" && asking.clientId !== "signer" },
      revocation: { enabled: true },
      dPoP: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience, { clientId }) => ({ scope, audience, accessTokenTTL: 600, ...formats[clientId] }),
      },
    },
  }).callback();

const server = createServer((request, response) => handle(request, response));
let handle;
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const issuer = `http://127.0.0.1:${server.address().port}`;
let keys = [await newKey("key-1")];
let count = 1;
const start = () => (handle = provider(issuer, keys));
start();
say(issuer);

for await (const order of createInterface({ input: process.stdin })) {
  const fresh = await newKey(`key-${++count}`);
  keys = order === "hide" ? [fresh] : [fresh, ...keys];
  start();
  say(order);
}
process.exit(0);
