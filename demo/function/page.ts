import type { ShopSession } from './handler';
import type { Session } from '../../src/runtime';
import { html, Html, Part } from '../html';

/** Where the laboratory puts its notices, above the shop. */
export const NOTICES_PLACE = '<!-- notices -->';
/** Where it puts its panels. */
export const PANELS_PLACE = '<!-- panels -->';

/** What is for sale. */
export const GOODS = ['Espresso', 'Flat white', 'Oolong', 'Lemon cake'] as const;

/** Long enough to be stored compressed. */
export const PRICE_LIST = Array.from({ length: 120 }, (_, index) =>
  `No. ${index + 1}: ${GOODS[index % GOODS.length]}, a cup or a piece, 3.${(index * 7) % 100}`);

/** What the shop's page shows besides the session. */
export interface Visit {
  readonly query: URLSearchParams;
  /** Whether the browser sent a session cookie. */
  readonly hadCookie: boolean;
  /** The flash messages. */
  readonly said: readonly string[];
}

/** The shop. */
export function shopPage(session: Session<ShopSession>, visit: Visit): string {
  const content = session.has('name') ? counter(session) : signIn(session, visit);
  return documentOf('Session Table: a laboratory', html`${visit.said.map((text) => notice(text))}${content}`);
}

/** A page whose handler never asks for the session. */
export function plainPage(): string {
  return documentOf('Session Table: opening hours', html`<h3>Opening hours</h3>
<p>Day and night. This page is the same for everyone, so its handler never asks for the session:
<strong>no DynamoDB call and no cookie</strong>, signed in or not. The ledger shows it.</p>
<p><a href="/#shop">Back to the shop</a></p>`);
}

/** The response to an address that the shop does not know. */
export function missingPage(): string {
  return documentOf('Session Table: not found', html`<h3>Not found</h3>
<p>There is nothing here. <a href="/#shop">Back to the shop</a></p>`);
}

/** The response to a form that did not come from one of the shop's own pages. */
export function forgedPage(): string {
  return documentOf('Session Table: refused', html`<h3>Refused</h3>
${notice('This form did not come from a page of this shop: verifyCsrf() said no, and nothing was changed.')}
<p><a href="/#shop">Back to the shop</a></p>`);
}

/** The response to a request that needs a signed-in visitor. */
export function nobodyPage(): string {
  return documentOf('Session Table: nobody is signed in', html`<h3>Nobody is signed in</h3>
${notice('Your session was ended, perhaps on another device. Nothing was changed.')}
<p><a href="/#shop">Back to the shop</a></p>`);
}

/** The page that the laboratory shows instead of the shop when the function failed. */
export function failedPage(content: Html): string {
  return documentOf('Session Table: no answer', content);
}

export function notice(...text: readonly Part[]): Html {
  return html`<p class="notice">${text}</p>`;
}

function signIn(session: Session<ShopSession>, { query, hadCookie }: Visit): Html {
  return html`<h3>Welcome to the shop</h3>
${whyStranger(session, query, hadCookie)}
<form method="post" action="/sign-in" class="line">
<label for="name">Your name</label>
<input type="hidden" name="device" value="This browser">
<input id="name" name="name" required maxlength="40" autocomplete="off" value="Ada">
<label class="check"><input type="checkbox" name="remember"> Remember me for a month</label>
<button class="main">Sign in</button>
</form>
<p class="quiet"><a href="/hours#shop">Opening hours</a>: a page that does not use the session.
<a href="/" target="_blank" rel="noopener">A second tab</a>, to be left behind when you sign out.</p>`;
}

/** Says why a visitor is not signed in. */
function whyStranger({ isNew }: Session<ShopSession>, query: URLSearchParams, hadCookie: boolean): Html {
  if (query.has('signed-out')) {
    return notice('You have signed out. The session is deleted, and no request that is still under way can bring it back.');
  }
  if (isNew && hadCookie) {
    return notice('Your browser sent the cookie of a session that is not alive: '
      + 'it has expired, was ended elsewhere, or was never in this table.');
  }
  if (!isNew) return html`<p>You are not signed in. Your session holds a message for you, or did.</p>`;
  return html`<p>You have no session yet, so nothing is stored about you and you have no cookie. Signing in makes one.</p>`;
}

function counter(session: Session<ShopSession>): Html {
  const lines = Object.entries(session.get('cart') ?? {});
  const csrf = html`<input type="hidden" name="csrf" value="${session.csrfToken()}">`;
  return html`<h3>Hello, ${session.get('name')}</h3>
<p class="quiet">Signed in since ${timeOf(session.createdAt)}. Ends at ${timeOf(session.expiresAt)} if it is not used again.
In logs it is <code>${session.ref}</code>.</p>
<form method="post" action="/cart" class="line" aria-label="Add to the cart">${csrf}
${GOODS.map((item) => html`<button name="item" value="${item}"><span aria-hidden="true">+</span> ${item}</button>`)}
</form>
<h4>Your cart</h4>
${lines.length === 0 ? html`<p class="quiet">It is empty.</p>` : html`<ul class="cart">
${lines.map(([item, count]) => html`<li>${item} <b>× ${count}</b></li>`)}
</ul>`}
<div class="line">
${lines.length > 0 && html`<form method="post" action="/cart/empty">${csrf}<button>Empty the cart</button></form>`}
<form method="post" action="/price-list">${csrf}
<button>${session.has('priceList') ? 'Drop the price list' : 'Keep the price list (5 KB)'}</button></form>
<form method="post" action="/sign-out">${csrf}<button>Sign out</button></form>
</div>
<p class="quiet"><a href="/hours#shop">Opening hours</a>: a page that does not use the session.
<a href="/" target="_blank" rel="noopener">A second tab</a>: it shows the same cart.</p>`;
}

/** The time of day, by the laboratory's clock, in UTC. */
function timeOf(date: Date): Html {
  const text = date.toISOString();
  return html`<time datetime="${text}">${text.slice(11, 19)}</time>`;
}

const LINKS = [
  ['shop', 'Shop'], ['ledger', 'Ledger'], ['stored', 'Stored'], ['life', 'Life'], ['races', 'Races'],
  ['faults', 'Faults'], ['devices', 'Devices'], ['code', 'Code'], ['month', 'Month'],
] as const;

/** Rows of a table, and the cookie that leads to one of them. */
const MARK = html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
<rect class="mark-ground" width="32" height="32" rx="7"/>
<rect class="mark-row" x="6" y="7" width="20" height="4" rx="2"/><rect class="mark-row" x="6" y="14" width="10" height="4" rx="2"/>
<rect class="mark-row" x="6" y="21" width="8" height="4" rx="2"/>
<circle class="mark-cookie" cx="22" cy="20" r="6"/><circle class="mark-ground" cx="20.4" cy="18.6" r="1.1"/>
<circle class="mark-ground" cx="23.6" cy="19.6" r="1.1"/><circle class="mark-ground" cx="21.4" cy="22.4" r="1.1"/>
</svg>`;

function documentOf(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="icon" href="/lab/mark.svg">
<link rel="stylesheet" href="/lab/style.css">
<script type="module" src="/lab/lab.js"></script>
</head>
<body>
<a class="skip" href="#shop">To the shop</a>
<header>
<h1><a href="/" class="brand">${MARK}<span>Session Table</span></a></h1>
<p class="claim">A laboratory for server-side sessions on DynamoDB. Use the shop and see each call that it makes, what is stored,
what it costs, and what two tabs at once cannot break.</p>
<a class="source" href="/lab/code/handler.ts">The code</a>
<nav aria-label="Panels">${LINKS.map(([id, name]) => html`<a href="#${id}">${name}</a>`)}</nav>
</header>
<main>
${new Html(NOTICES_PLACE)}
<section class="panel" id="shop" aria-labelledby="shop-title" data-panel>
<h2 id="shop-title">The shop</h2>
${content}
</section>
${new Html(PANELS_PLACE)}
</main>
<footer>Cookies are <code>Secure</code>, as behind HTTPS on AWS. Chromium and Firefox keep them on
<code>http://localhost</code> too; Safari does not. All times are UTC, by the laboratory’s own clock.</footer>
</body>
</html>
`.toString();
}
