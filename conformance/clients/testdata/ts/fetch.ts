// Uses the types that openapi-typescript generated with openapi-fetch. It is
// compiled and not run.
import createClient from "openapi-fetch";
import type { components, paths } from "./types/guide";
import type { components as Tricky } from "./types/tricky";

export const client = createClient<paths>({ baseUrl: "http://127.0.0.1" });

export const titles = async (): Promise<string[]> => {
  const { data, error } = await client.GET("/posts", { params: { query: { limit: 3 } } });
  return error === undefined ? data.posts.map((post) => post.title) : [error.code];
};

export const create = async (text: components["schemas"]["PostText"]): Promise<components["schemas"]["Post"] | undefined> =>
  (await client.POST("/posts", { body: text })).data;

export const code = (six: string) => client.GET("/sensitive-data", { params: { header: { "X-TOTP-Code": six } } });

export const node: Tricky["schemas"]["Node"] = { name: "a", parent: null, children: [{ name: "b", parent: null, children: [] }] };

export const patch: Tricky["schemas"]["PatchInput"] = { nick: null, color: "red", payment: { kind: "card", number: "1234" } };

export const maybe: Tricky["schemas"]["RuledInput"]["maybe"] = "abc";
