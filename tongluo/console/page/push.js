// Web Push: where a person wants it, the browser is asked for an address to be called at.

const OWN = "tongluo-own"; // what the worker must know when no page is open

export function possible() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

function bytes(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function same(buffer, key) {
  const now = new Uint8Array(buffer ?? []);
  return now.length === key.length && key.every((byte, n) => now[n] === byte);
}

// key: of this site; a subscription made with another one would be of no use
export async function subscribe(key, installation) {
  const { pushManager } = await navigator.serviceWorker.ready;
  const wanted = bytes(key);
  let found = await pushManager.getSubscription();
  if (found && !same(found.options.applicationServerKey, wanted)) {
    await found.unsubscribe();
    found = null;
  }
  found ??= await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: wanted });
  const kept = await caches.open(OWN);
  await kept.put("/own", new Response(JSON.stringify({ installation })));
  const { endpoint, keys } = found.toJSON();
  return { endpoint, keys: { p256dh: keys.p256dh, auth: keys.auth } };
}

// whether there was one
export async function unsubscribe() {
  const worker = await navigator.serviceWorker?.getRegistration();
  const found = await worker?.pushManager?.getSubscription();
  await found?.unsubscribe();
  return caches.delete(OWN);
}
