// Runs the course's core in the page: the same Python as in the labs, under MicroPython, with no kernel.
//
// Everything comes from this site: micropython.mjs and .wasm (pinned package), core.json (the sources of
// core/), contexts/NAME.json (what a figure needs each time).

import { loadMicroPython } from "./micropython.mjs";

const place = (path) => new URL(path, import.meta.url).href;

async function fetched(path) {
  const response = await fetch(place(path));
  if (!response.ok) throw new Error(`${path} could not be fetched (${response.status})`);
  return response;
}

async function start() {
  const [python, sources] = await Promise.all([
    // It grows by itself. A larger one is swept whole after each answer, which costs more than the answer.
    loadMicroPython({ heapsize: 2 * 1024 * 1024 }),
    fetched("core.json").then((response) => response.json()),
  ]);
  for (const folder of ["/ketamine_course", "/ketamine_course/core"]) python.FS.mkdir(folder);
  python.FS.writeFile("/ketamine_course/__init__.py", "");
  for (const [name, text] of Object.entries(sources)) python.FS.writeFile(`/ketamine_course/core/${name}`, text);
  python.runPython("import sys; sys.path.insert(0, '/')\nfrom ketamine_course.core import remote");
  return python;
}

let started;
const kept = new Map();

async function keep(python, name) {
  python.globals.set("given", await (await fetched(`contexts/${name}.json`)).text());
  python.runPython(`remote.keep("${name}", given)\ngiven = None`);
}

/** Returns {result} or {error} of a request {function, arguments, context}; see core/remote.py. */
export async function compute(request) {
  started ??= start();
  started.catch(() => { started = undefined; });
  const python = await started;
  const { context } = request;
  if (context && !kept.has(context)) kept.set(context, keep(python, context));
  if (context) {
    kept.get(context).catch(() => kept.delete(context));
    await kept.get(context);
  }
  python.globals.set("request", JSON.stringify(request));
  python.runPython("reply = remote.answer(request)");
  return JSON.parse(python.globals.get("reply"));
}
