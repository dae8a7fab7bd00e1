// Another site, as `?url=` meets them: one address hands pictures over, others refuse, dribble or send something else.

import { createServer } from "node:http";
import { draw, plain, png } from "./png.ts";

/** What it hands over: a green picture. */
export const green = draw(300, 200, plain(20, 180, 20));

export interface Site {
  /** Its address of something, on a host of its own. */
  at(path: string): string;
  /** Requests so far, with the site that they came from. */
  readonly asked: { path: string; origin: string | undefined }[];
  close(): void;
}

export async function anotherSite(): Promise<Site> {
  const picture = png(green);
  const asked: Site["asked"] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? "/";
    asked.push({ path, origin: request.headers.origin });
    if (!path.startsWith("/refused")) response.setHeader("Access-Control-Allow-Origin", "*");
    if (path.startsWith("/missing")) response.writeHead(404).end();
    else if (path.startsWith("/page")) response.setHeader("Content-Type", "text/html").end("<h1>A picture</h1>");
    else if (path.startsWith("/huge")) {
      response.writeHead(200, { "Content-Type": "image/png", "Content-Length": "400000000" });
      response.write(picture);
    } else if (path.startsWith("/slow")) {
      // Half of it, and then nothing more.
      response.writeHead(200, { "Content-Type": "image/png", "Content-Length": String(picture.length) });
      response.write(picture.subarray(0, picture.length / 2));
    } else response.setHeader("Content-Type", "image/png").end(picture);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  return {
    at: (path) => `http://localhost:${address.port}${path}`,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
