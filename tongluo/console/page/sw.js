// Keeps the page itself, so that it opens without a network. VERSION and SHELL are written above.

const NAME = `tongluo-${VERSION}`;

addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" }))))
      .then(() => skipWaiting()),
  );
});

addEventListener("activate", (event) => {
  const drop = (names) => Promise.all(names.filter((n) => n !== NAME).map((n) => caches.delete(n)));
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

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    clients.matchAll({ type: "window" }).then((open) => (open[0] ? open[0].focus() : clients.openWindow("/"))),
  );
});
