// Serves the benchmark page and the pictures. Not `locus serve`: peers are written for pages with fewer rules than ours,
// and every decoder gets the same here. What is asked for under /plain/ comes without the headers that isolate a page.

import { createReadStream, existsSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";

/** @type {Record<string, string>} */
const types = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/**
 * @param {string} folder with the built page
 * @param {Map<string, string>} inputs files by the name under which /inputs/ has them
 * @returns {Promise<{ origin: string, close(): void }>}
 */
export async function serveFiles(folder, inputs) {
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    const plain = path.startsWith("/plain/");
    const rest = normalize(plain ? path.slice("/plain".length) : path);
    const file = rest.startsWith("/inputs/")
      ? inputs.get(rest.slice("/inputs/".length))
      : join(folder, rest === "/" ? "index.html" : rest);
    if (!file || !existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    if (!plain) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    createReadStream(file).pipe(response);
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", () => listening(undefined)));
  const address = server.address();
  if (!address || typeof address === "string") throw new Error("no port");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
