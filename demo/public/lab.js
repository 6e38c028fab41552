// Sends the page's forms without a reload, lets the present move along the line of a session's life, and
// recalculates the month while a slider moves. Without this file every form works as it stands.

const parser = new DOMParser();
let waiting = 0;
let last = Promise.resolve();

/** Forms are sent one after another: a visitor's clicks are counted, however fast they come. */
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post') return;
  event.preventDefault();
  const body = new URLSearchParams(new FormData(form, event.submitter));
  waiting++;
  show(waiting > 1 ? `${waiting} requests are on their way.` : '');
  last = last.then(() => send(form.action, body)).catch(() => show('The laboratory does not answer. Is it still running?'))
    .finally(() => {
      waiting--;
      document.body.toggleAttribute('data-busy', waiting > 0);
    });
  document.body.toggleAttribute('data-busy', true);
});

async function send(action, body) {
  const response = await fetch(action, { method: 'POST', body });
  const type = response.headers.get('content-type') ?? '';
  if (!type.startsWith('text/html')) return show(`${response.status}: ${await response.text()}`);
  exchange(parser.parseFromString(await response.text(), 'text/html'));
}

/** Exchanges the panels that have changed, and keeps what is open and what has the focus. */
function exchange(page) {
  for (const panel of document.querySelectorAll('[data-panel]')) {
    const next = page.getElementById(panel.id);
    if (!next || next.innerHTML === panel.innerHTML) continue;
    const open = [...panel.querySelectorAll('details[open][id]')].map(({ id }) => id);
    const focused = focusables(panel).indexOf(document.activeElement);
    panel.replaceChildren(...next.childNodes);
    for (const id of open) document.getElementById(id)?.setAttribute('open', '');
    if (focused >= 0) (focusables(panel)[focused] ?? focusables(panel).at(-1))?.focus({ preventScroll: true });
  }
}

function focusables(panel) {
  return [...panel.querySelectorAll('a[href], button, input:not([type="hidden"]), summary')];
}

function show(text) {
  const notices = document.getElementById('notices');
  if (!notices) return;
  const paragraph = document.createElement('p');
  paragraph.className = 'notice';
  paragraph.textContent = text;
  notices.replaceChildren(...(text ? [paragraph] : []));
}

/** The same as `presentPlace` of the panel: evenly spaced moments, the present between them. */
function movePresent() {
  const life = document.querySelector('.life');
  if (!life) return;
  life.arrived ??= performance.now();
  const moments = life.dataset.moments.split(' ').map(Number);
  const now = Number(life.dataset.now) + (performance.now() - life.arrived) / 1000;
  const next = moments.findIndex((at) => at > now);
  const between = () => next - 0.5 + (now - moments[next - 1]) / (moments[next] - moments[next - 1]);
  const place = 100 * (next === 0 ? 0.25 : next < 0 ? moments.length - 0.25 : between());
  life.querySelector('.life-now').setAttribute('x', place - 3);
  life.querySelector('.life-lived').setAttribute('width', place);
}
setInterval(movePresent, 1000);

let timer;
document.addEventListener('input', ({ target }) => {
  const form = target.closest('form[data-live]');
  if (!form) return;
  clearTimeout(timer);
  timer = setTimeout(async () => {
    const response = await fetch(`${form.dataset.live}?${new URLSearchParams(new FormData(form))}`);
    const result = parser.parseFromString(await response.text(), 'text/html');
    document.getElementById('month-result').replaceChildren(...result.body.childNodes);
  }, 120);
});
