// Runs once, when the reader is on the page. `element` is the reader, `server.source` asks the
// server for an article as HTML in which everything of the article is escaped.
const view = element.querySelector(".view");
const gentle = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
let marker = null;
let latest = 0;

async function read(hash) {
  const mine = ++latest;
  let page;
  try {
    page = await server.source(decodeURIComponent(hash.slice("#cite-".length)));
  } catch {
    page = '<p class="problem">The server did not answer. Reload the page and ask again.</p>';
  }
  if (mine !== latest) return; // another citation was opened meanwhile
  view.innerHTML = page;
  view.querySelector("h2")?.focus({ preventScroll: true });
  (view.querySelector("mark") ?? view).scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest?.('a[href^="#cite-"], #reader a.back');
  if (!link || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (link.classList.contains("back")) {
    const target = marker?.isConnected ? marker : document.querySelector("#chat");
    target.scrollIntoView({ block: "center", behavior: gentle });
    target.focus({ preventScroll: true });
    return;
  }
  marker?.removeAttribute("aria-current");
  marker = link;
  marker.setAttribute("aria-current", "true");
  history.replaceState(history.state, "", link.getAttribute("href"));
  read(link.getAttribute("href"));
}, true);

// An address that ends in a citation opens it: a quote can be bookmarked and sent.
if (location.hash.startsWith("#cite-")) read(location.hash);
