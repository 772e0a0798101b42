// Runs steps of Python in the WebAssembly build of MicroPython and says what each left on the heap.
// The argument is JSON: micropython, firmware, virtual, folder (paths) and steps ([what, code], ...).  So is the last
// line: [what, bytes in use, names kept] from before the first step on.  A step may set js.told: the bytes to say instead.
import fs from "node:fs";
import path from "node:path";

process.on("uncaughtException", (error) => {
  console.log(String(error.message).slice(0, 1500)); // the default would print the whole of the interpreter
  process.exit(1);
});
const job = JSON.parse(process.argv[2]);
const { loadMicroPython } = await import(job.micropython);
let names = 0;
const mp = await loadMicroPython({ heapsize: 1 << 20, linebuffer: true, stdout: listen });

function listen(line) {
  const found = /^qstr pool: .*n_qstr=(\d+)/.exec(line);
  if (found) names = Number(found[1]);
  else console.error(line);
}

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
mp.FS.mkdir("/data");
if (job.slot) { // the app in a slot, and a pointer to it
  put(job.slot, "/data/a");
  mp.FS.writeFile("/data/app.json", job.pointer);
}
mp.FS.mkdir("/virtual");
// of the virtual modules only those that stand in for the ESP32's own, over a chip whose clock says that it is evening,
// and that answers nothing else
for (const name of ["machine", "network", "esp32", "ops", "hostops", "socket"]) {
  mp.FS.writeFile(`/virtual/${name}.mpy`, fs.readFileSync(path.join(job.virtual, `${name}.mpy`)));
}
mp.FS.writeFile(
  "/virtual/_chip.py",
  `
from ops import I2C_READ_MEM, NVS_GET, PARTITIONS
def call(op, a=0, b=0, data=b""): return 0
def post(op, a=0, b=0, data=b""): pass
def read(op, a=0, b=0, data=b""): return b"" if op == PARTITIONS else bytes(4 if op == NVS_GET else 6)
def read_into(op, buffer, a=0, b=0):
    if op == I2C_READ_MEM and len(buffer) >= 7:
        buffer[:7] = bytes((0x00, 0x30, 0x12, 0x02, 0x24, 0x11, 0x26))
    return 0
`,
);

mp.FS.writeFile("/virtual/ssl.py", "PROTOCOL_TLS_CLIENT = CERT_REQUIRED = 0\nclass SSLContext: pass\n");

// garbage is collected only while no Python runs, so every step is a call of its own
function used() {
  mp.runPython("gc.collect()");
  mp.runPython("gc.collect()");
  mp.runPython("import js, micropython\njs.used = gc.mem_alloc()\nmicropython.qstr_info()");
  return globalThis.used;
}

// what is part of the chip's own firmware there, and on the heap only here
mp.runPython(`
import sys, gc
sys.path.insert(0, "/virtual")
import binascii, errno, hashlib, json, math, os, struct, time
import machine, network, esp32, socket, ssl
os.urandom = bytes
class errno: ENOENT, EIO, EINPROGRESS, ETIMEDOUT = 44, 29, 26, 73  # as its file system has them, and the module has not
sys.modules["errno"] = errno
sys.path.insert(0, "/app")
`);
used();
const rows = [["before", used(), names]];
for (const [what, code] of job.steps) {
  try {
    mp.runPython(code);
  } catch (error) {
    console.log(`${what}: ${String(error.message).slice(0, 1500)}`);
    process.exit(1);
  }
  const bytes = used();
  rows.push([what, globalThis.told ?? bytes, names]);
  globalThis.told = undefined;
}
fs.writeSync(1, JSON.stringify(rows) + "\n");
process.exit(0); // the pole's tasks would go on
