// Makes every call of the guide with the client that @hey-api/openapi-ts generated
// for it, prints the id of each operation and fails for an answer that is not the
// documented one.
//
//   node calls.js <address> <code of alice's authenticator>
import { deepStrictEqual, ok, strictEqual } from "node:assert";
import { createClient, createConfig } from "./guide/client";
import * as guide from "./guide/sdk.gen";

type Answer<T, E> = { data?: T; error?: E; response?: Response };

const address = process.argv[2]!;
const code = process.argv[3]!;

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
  const sensitive = await got("sensitiveData", guide.sensitiveData({ client: alice, headers: { "X-TOTP-Code": code } }));
  strictEqual(sensitive.data, "highly sensitive");

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

  await answered("logout", guide.logout({ client: alice }), 204);
  strictEqual((await refused("profile", guide.profile({ client: alice }), 401)).status, 401);
};

void main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
