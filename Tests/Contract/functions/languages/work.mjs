// What programs in Node.js commonly ask of the kernel: the event loop, workers, sockets, files, children, crypto.
import { execFileSync } from "node:child_process";
import { randomBytes, scryptSync } from "node:crypto";
import { mkdtempSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { gzipSync } from "node:zlib";

const server = http.createServer((request, response) => response.end("hello")).listen(0, "127.0.0.1");
await once(server, "listening");
const body = await (await fetch(`http://127.0.0.1:${server.address().port}/`)).text();
if (body !== "hello") throw new Error("sockets");
server.close();
server.closeAllConnections();
const worker = new Worker("require('node:worker_threads').parentPort.postMessage('worked')", { eval: true });
if ((await once(worker, "message"))[0] !== "worked") throw new Error("workers");
await worker.terminate();
const folder = mkdtempSync("/tmp/work-");
writeFileSync(`${folder}/file`, "abc");
renameSync(`${folder}/file`, `${folder}/renamed`);
if (readFileSync(`${folder}/renamed`, "utf8") !== (await readFile(`${folder}/renamed`, "utf8"))) throw new Error("files");
if (execFileSync("/bin/echo", ["child"]).toString() !== "child\n") throw new Error("children");
scryptSync(randomBytes(8), "salt", 32);
gzipSync(Buffer.alloc(1 << 20));
await setTimeout(1);
console.log("done");
