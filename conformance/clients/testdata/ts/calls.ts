// Makes every call of the guide with the client that @hey-api/openapi-ts generated
// for it, prints the id of each operation and fails for an answer that is not the
// documented one.
//
//   node calls.js <address> <URL that gives the token of the next mail>
//
// It tries ten passwords, which is what the guide allows an address in a minute.
import { deepStrictEqual, match, ok, strictEqual } from "node:assert";
import { createHmac } from "node:crypto";
import { createClient, createConfig } from "./guide/client";
import * as guide from "./guide/sdk.gen";

type Answer<T, E> = { data?: T; error?: E; response?: Response };

const address = process.argv[2]!;
const mailbox = process.argv[3]!;

// with makes a client that presents a credential wherever the document asks for it.
const withAuth = (auth?: string) => createClient(createConfig({ baseUrl: address, ...(auth === undefined ? {} : { auth }) }));

const answered = async <T, E>(operation: string, call: Promise<Answer<T, E>>, status: number): Promise<Answer<T, E>> => {
  const answer = await call;
  strictEqual(answer.response?.status, status, `${operation}: ${JSON.stringify(answer.error)}`);
  strictEqual(answer.response.headers.get("sl-violations"), null, operation);
  console.log(operation);
  return answer;
};

const got = async <T, E>(operation: string, call: Promise<Answer<T, E>>, status = 200): Promise<T> => {
  const { data } = await answered(operation, call, status);
  ok(data !== undefined, operation);
  return data;
};

const refused = async <T, E>(operation: string, call: Promise<Answer<T, E>>, status: number): Promise<E> => {
  const { error } = await answered(operation, call, status);
  ok(error !== undefined, operation);
  return error;
};

const login = async () => {
  const client = withAuth();
  const wrong = await refused("login", guide.login({ client, body: { username: "alice", password: "nope" } }), 401);
  strictEqual(wrong.status, 401);
  const token = await got("login", guide.login({ client, body: { username: "alice", password: "wonderland-1" } }));
  strictEqual(token.token_type, "bearer");
  const form = { grant_type: "password", username: "alice", password: "wonderland-1", scope: "admin:read" };
  const scoped = await got("token", guide.token({ client, body: form }));
  strictEqual(scoped.scope, "admin:read");
  const error = await refused("token", guide.token({ client, body: { ...form, grant_type: "client_credentials" } }), 400);
  ok("error" in error && error.error === "unsupported_grant_type");
  const again = await got("refresh", guide.refresh({ client, body: { refresh_token: scoped.refresh_token } }));
  strictEqual(again.expires_in, 900);
  return withAuth(token.access_token);
};

// shown is what an authenticator shows so many steps of 30 seconds later (RFC 6238).
const shown = (secret: string, later = 0): string => {
  const bits = [...secret].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + later));
  const mac = createHmac("sha1", key).update(counter).digest();
  const number = mac.readUInt32BE(mac.readUInt8(19) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, "0");
};

const newPassword = "a-better-bridge-than-before";

// forgotten sets a new password for bob and logs him in.
const forgotten = async (client: ReturnType<typeof withAuth>) => {
  ok((await got("requestReset", guide.requestReset({ client, body: { email: "bob@example.com" } }), 202)).message);
  const mail = await fetch(mailbox);
  strictEqual(mail.status, 200);
  const reset = await got("resetPassword", guide.resetPassword({ client, body: { token: await mail.text(), new_password: newPassword } }));
  strictEqual(reset.message, "Password reset successful");
  return withAuth((await got("login", guide.login({ client, body: { username: "bob", password: newPassword } }))).access_token);
};

const secondFactor = async (nobody: ReturnType<typeof withAuth>, bob: ReturnType<typeof withAuth>) => {
  const { secret, uri, qr } = await got("enrol", guide.enrol({ client: bob, body: { password: newPassword } }));
  match(uri, /^otpauth:\/\/totp\//);
  strictEqual(Buffer.from(qr as string, "base64").toString("latin1", 1, 4), "PNG");
  const { recovery_codes: codes } = await got("confirm", guide.confirm({ client: bob, body: { code: shown(secret) } }));
  strictEqual(codes.length, 10);
  const half = await got("mfaLogin", guide.mfaLogin({ client: nobody, body: { username: "bob", password: newPassword } }));
  strictEqual(half.expires_in, 300);
  const step = withAuth(half.mfa_token);
  ok((await refused("mfaVerify", guide.mfaVerify({ client: step, body: { code: "no code" } }), 401)).code);
  const whole = await got("mfaVerify", guide.mfaVerify({ client: step, body: { code: shown(secret, 1) } }));
  strictEqual((await got("profile", guide.profile({ client: withAuth(whole.access_token) }))).username, "bob");
  await answered("recover", guide.recover({ client: bob, body: { code: codes[0]! } }), 204);
  ok((await refused("sensitiveData", guide.sensitiveData({ client: bob }), 403)).code);
};

const sessions = async (client: ReturnType<typeof withAuth>) => {
  const { response } = await answered("sessionLogin", guide.sessionLogin({ client, body: { username: "bob", password: newPassword } }), 200);
  const cookie = response!.headers.getSetCookie().find((line) => line.startsWith("__Host-session="));
  const session = withAuth(cookie!.slice("__Host-session=".length, cookie!.indexOf(";")));
  strictEqual((await got("sessionProfile", guide.sessionProfile({ client: session }))).username, "bob");
  await answered("sessionLogout", guide.sessionLogout({ client: session }), 204);
  ok((await refused("sessionProfile", guide.sessionProfile({ client: session }), 401)).code);
};

const main = async () => {
  const nobody = withAuth();
  const alice = await login();

  strictEqual((await got("internalStatus", guide.internalStatus({ client: nobody }))).client_ip, "127.0.0.1");
  strictEqual((await got("secureEndpoint", guide.secureEndpoint({ client: nobody }))).data, "secure");

  strictEqual((await got("protected", guide.protected_({ client: alice }))).user_id, 1);
  deepStrictEqual(await got("profile", guide.profile({ client: alice })), { user_id: 1, username: "alice", email: "alice@example.com" });
  strictEqual((await got("basic", guide.basic({ client: withAuth("alice:wonderland-1") }))).message, "Hello, alice");
  strictEqual((await got("expensive", guide.expensive({ client: alice }))).result, "computed for alice");
  await refused("sensitiveData", guide.sensitiveData({ client: alice }), 401);
  const sensitive = await got("sensitiveData", guide.sensitiveData({ client: alice, headers: { "X-TOTP-Code": shown("JBSWY3DPEHPK3PXP") } }));
  strictEqual(sensitive.data, "highly sensitive");

  const bob = await forgotten(nobody);
  await secondFactor(nobody, bob);
  await sessions(nobody);

  const key = withAuth("key123");
  deepStrictEqual(await got("data", guide.data({ client: key })), { data: "sensitive", user: "alice" });
  strictEqual((await got("limitedData", guide.limitedData({ client: key }))).user, "alice");
  strictEqual((await got("dataByQuery", guide.dataByQuery({ client: withAuth("key456") }))).user, "bob");

  strictEqual((await got("listUsers", guide.listUsers({ client: alice }))).users.length, 4);
  deepStrictEqual(await got("stats", guide.stats({ client: alice })), { users: 4, posts: 2 });
  deepStrictEqual((await got("listRoles", guide.listRoles({ client: alice }))).roles["viewer"], ["posts:read"]);
  deepStrictEqual(await got("listReports", guide.listReports({ client: alice })), { reports: [], for: "alice" });
  strictEqual((await got("deleteUser", guide.deleteUser({ client: alice, path: { user_id: 3 } }))).deleted, 3);
  const none = await refused("deleteUser", guide.deleteUser({ client: alice, path: { user_id: 99 } }), 404);
  strictEqual(none.detail, "user not found");

  const list = await got("listPosts", guide.listPosts({ client: nobody, query: { limit: 1, offset: 1 } }));
  strictEqual(list.posts.length + list.count, 3);
  const created = await got("createPost", guide.createPost({ client: alice, body: { title: "Generated", body: "by a client" } }), 201);
  deepStrictEqual(created, { id: 3, owner_id: 1, title: "Generated", body: "by a client" });
  const updated = await got("updatePost", guide.updatePost({ client: alice, path: { post_id: 3 }, body: { title: "Again" } }));
  strictEqual(updated.updated, 3);
  strictEqual((await got("getPost", guide.getPost({ client: nobody, path: { post_id: 3 } }))).title, "Again");
  strictEqual((await got("deleteArticle", guide.deleteArticle({ client: alice, path: { id: 3 } }))).deleted, 3);
  await refused("getPost", guide.getPost({ client: nobody, path: { post_id: 3 } }), 404);

  await answered("logout", guide.logout({ client: bob }), 204);
  strictEqual((await refused("profile", guide.profile({ client: bob }), 401)).status, 401);
  await answered("logoutAll", guide.logoutAll({ client: alice }), 204);
  strictEqual((await refused("profile", guide.profile({ client: alice }), 401)).status, 401);
};

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
