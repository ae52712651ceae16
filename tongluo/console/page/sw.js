// Keeps the page itself, so that it opens without a network. VERSION and SHELL are written above.

const NAME = `tongluo-${VERSION}`;
const OWN = "tongluo-own"; // the installation, kept by the page for who wants pushes
const AGAIN = [0, 2_000, 8_000]; // a push may be faster than the console

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" }))))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((n) => n !== NAME && n !== OWN).map((n) => caches.delete(n)));
  event.waitUntil(caches.keys().then(drop).then(() => clients.claim()));
});

addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  const path = url.pathname;
  if (event.request.method !== "GET" || url.origin !== location.origin || !SHELL.includes(path)) return;
  event.respondWith(
    caches.open(NAME).then((cache) => cache.match(path)).then((kept) => kept ?? fetch(event.request)),
  );
});

addEventListener("push", (event) => {
  const said = event.data?.json();
  if (said) event.waitUntil(show(said).then((shown) => shown && tell(said)));
});

// whether it was shown: one that a newer version replaced is not
async function show(said) {
  const shown = await registration.getNotifications();
  // an exercise stops where an actual warning begins (law 6)
  for (const one of shown) if (!said.exercise && one.data?.exercise && one.data.area === said.area) one.close();
  const before = shown.find((one) => one.tag === said.event);
  if (before?.data?.version > said.version) return false;
  await registration.showNotification(said.title, {
    body: said.body, lang: said.language, tag: said.event, icon: "/icon-192.png", requireInteraction: true,
    renotify: Boolean(before) && before.data?.version !== said.version, data: said,
  });
  for (const page of await clients.matchAll({ type: "window" })) page.postMessage({ pushed: said.id });
  return true;
}

// it is here, and shown: that is no proof that anybody has read it
async function tell(said) {
  const own = await caches.open(OWN).then((kept) => kept.match("/own"));
  if (!own) return;
  const { installation } = await own.json();
  const body = JSON.stringify({ installation, warnings: [said.id], state: "delivered", by: "push", time: Date.now() });
  for (const wait of AGAIN) {
    await new Promise((done) => setTimeout(done, wait));
    const answer = await fetch("/receipts", { method: "POST", headers: { "Content-Type": "application/json" }, body, credentials: "omit" }).catch(() => null);
    if (answer && answer.status < 500 && answer.status !== 429 && !(await answer.json()).unknown?.length) return;
  }
}

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((open) => (open[0] ? open[0].focus() : clients.openWindow("/"))),
  );
});
