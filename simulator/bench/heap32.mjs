// Runs steps of Python in the WebAssembly build of MicroPython and says what each left on the heap.
// The argument is JSON: micropython, firmware, virtual, folder (paths) and steps ([what, code], ...); so is the last line.
import fs from "node:fs";
import path from "node:path";

process.on("uncaughtException", (error) => {
  console.log(String(error.message).slice(0, 1500)); // the default would print the whole of the interpreter
  process.exit(1);
});
const job = JSON.parse(process.argv[2]);
const { loadMicroPython } = await import(job.micropython);
const mp = await loadMicroPython({ heapsize: 1 << 20, linebuffer: true, stdout: (line) => console.error(line) });

function put(from, to) {
  mp.FS.mkdir(to);
  for (const entry of fs.readdirSync(from, { withFileTypes: true })) {
    const source = path.join(from, entry.name);
    if (entry.isDirectory()) put(source, `${to}/${entry.name}`);
    else mp.FS.writeFile(`${to}/${entry.name}`, fs.readFileSync(source));
  }
}
put(job.firmware, "/app");
put(job.folder, "/vfs");
mp.FS.mkdir("/virtual");
// of the virtual modules only those that stand in for the ESP32's own, over a chip that answers nothing
for (const name of ["machine", "network", "esp32", "ops", "hostops", "socket"]) {
  mp.FS.writeFile(`/virtual/${name}.mpy`, fs.readFileSync(path.join(job.virtual, `${name}.mpy`)));
}
mp.FS.writeFile(
  "/virtual/_chip.py",
  `
from ops import NVS_GET
def call(op, a=0, b=0, data=b""): return 0
def post(op, a=0, b=0): pass
def read(op, a=0, b=0, data=b""): return bytes(4 if op == NVS_GET else 6)
def read_into(op, buffer, a=0, b=0): return 0
`,
);

// garbage is collected only while no Python runs, so every step is a call of its own
function used() {
  mp.runPython("gc.collect()");
  mp.runPython("gc.collect()");
  mp.runPython("import js\njs.used = gc.mem_alloc()");
  return globalThis.used;
}

// what is part of the chip's own firmware there, and on the heap only here
mp.runPython(`
import sys, gc
sys.path.insert(0, "/virtual")
import asyncio, binascii, errno, hashlib, json, math, os, struct, time
import machine, network, esp32, socket
os.urandom = bytes
sys.path.insert(0, "/app")
`);
used();
const start = used();
let last = start;
const rows = [];
for (const [what, code] of job.steps) {
  try {
    mp.runPython(code);
  } catch (error) {
    console.log(`${what}: ${String(error.message).slice(0, 1500)}`);
    process.exit(1);
  }
  const now = used();
  rows.push([what, now - last]);
  last = now;
}
console.log(JSON.stringify({ rows, live: last - start }));
