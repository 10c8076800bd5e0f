// Shows a page that was pushed, and opens its case when it is tapped. Keeps nothing, and answers no request.

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("push", (event) => {
  const page = event.data.json();
  const shown = { body: page.body, tag: page.tag, data: page.address, requireInteraction: true, renotify: true };
  event.waitUntil(registration.showNotification(page.title, shown));
});

addEventListener("notificationclick", (event) => {
  event.notification.close();
  const inside = String(event.notification.data).startsWith("/console/");
  event.waitUntil(clients.openWindow(inside ? event.notification.data : "/console/"));
});
