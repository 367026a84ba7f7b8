// What this browser keeps of what somebody typed: an object store of IndexedDB, which is on the disk
// when a write is done (what localStorage keeps is lost when the browser is killed within seconds).
// A browser that keeps nothing answers as an empty cupboard.

const name = "kapstok-typed";
const shelf = "typed";
const lasts = 90 * 24 * 3600 * 1000;

let opened = null;

function open() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(shelf, { keyPath: "key" });
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });
  return opened;
}

async function use(mode, work) {
  try {
    const base = await open();
    return await new Promise((done, failed) => {
      const transaction = base.transaction(shelf, mode, { durability: "strict" });
      const request = work(transaction.objectStore(shelf));
      transaction.oncomplete = () => done(request.result);
      transaction.onerror = transaction.onabort = () => failed(transaction.error);
    });
  } catch {
    return undefined;
  }
}

// entry: {key, at (milliseconds), ...}. Answers whether it is on the disk.
export async function put(entry) {
  return (await use("readwrite", (store) => store.put(entry))) !== undefined;
}

export function remove(key) {
  return use("readwrite", (store) => store.delete(key));
}

// The entries whose key begins so, the last first; what is too old goes.
export async function all(beginning) {
  const range = IDBKeyRange.bound(beginning, `${beginning}\uffff`);
  const found = (await use("readonly", (store) => store.getAll(range))) ?? [];
  const old = found.filter(({ at }) => Date.now() - at > lasts);
  for (const { key } of old) remove(key);
  return found.filter((entry) => !old.includes(entry)).sort((one, other) => other.at - one.at);
}
