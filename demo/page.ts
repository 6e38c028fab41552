import { html, Html } from './html';
import { STYLE } from './style';

/** Where the server that runs the function puts the ledger of requests. */
export const LEDGER_PLACE = '<!-- ledger -->';

/** What is for sale. */
export const GOODS = ['Espresso', 'Flat white', 'Oolong', 'Lemon cake'] as const;

/** What the shop's page shows. */
export interface ShopState {
  /** Who is signed in; undefined for a stranger. */
  readonly name: string | undefined;
  /** How many of each. */
  readonly cart: Readonly<Record<string, number>>;
  /** What may be logged of a session. */
  readonly ref: string | undefined;
}

/** The shop. */
export function shopPage({ name, cart, ref }: ShopState): string {
  return document('Session Table: the shop', name === undefined ? signIn() : html`${counter(name, cart)}${about(ref)}`);
}

/** A page whose handler never asks for the session. */
export function plainPage(): string {
  return document('Session Table: opening hours', html`<section class="card">
<h1>Opening hours</h1>
<p>Day and night. This page is the same for everyone, so its handler never asks for the session:
<strong>no DynamoDB call, no cookie</strong>, signed in or not. See the first row below.</p>
<p><a href="/">Back to the shop</a></p>
</section>`);
}

/** The answer to an address that the shop does not know. */
export function missingPage(): string {
  return document('Session Table: not found', html`<section class="card"><h1>Not found</h1>
<p>There is nothing here. <a href="/">Back to the shop</a></p></section>`);
}

function signIn(): Html {
  return html`<section class="card">
<h1>Welcome to the shop</h1>
<p>You have no session yet, so nothing is stored about you and you have no cookie. Signing in makes one.</p>
<form method="post" action="/sign-in" class="line">
<label for="name">Your name</label>
<input id="name" name="name" required maxlength="40" autocomplete="off">
<button class="main">Sign in</button>
</form>
</section>`;
}

function counter(name: string, cart: ShopState['cart']): Html {
  const lines = Object.entries(cart);
  return html`<section class="card">
<h1>Hello, ${name}</h1>
<form method="post" action="/cart" class="line" aria-label="Add to the cart">
${GOODS.map((item) => html`<button name="item" value="${item}"><span aria-hidden="true">+</span> ${item}</button>`)}
</form>
<h2>Your cart</h2>
${lines.length === 0 ? html`<p class="quiet">It is empty.</p>` : html`<ul class="cart">
${lines.map(([item, count]) => html`<li>${item} <b>× ${count}</b></li>`)}
</ul>`}
<div class="line">
${lines.length === 0 ? undefined : html`<form method="post" action="/cart/empty"><button>Empty the cart</button></form>`}
<form method="post" action="/sign-out"><button>Sign out</button></form>
</div>
</section>`;
}

function about(ref: string | undefined): Html {
  return html`<p class="note"><a href="/" target="_blank" rel="noopener">Open the shop in a second tab</a>: it shows the same cart.
Wait 20 seconds after a change and reload: the read turns from consistent to eventual, at half the price.
The session's reference, safe to log, is <code>${ref}</code>.</p>`;
}

function document(title: string, content: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<header><a href="/" class="brand">Session Table</a>
<nav aria-label="Pages"><a href="/">Shop</a> <a href="/hours">Opening hours (no session)</a></nav></header>
<main>
${content}
${new Html(LEDGER_PLACE)}
</main>
<footer class="note">Cookies are <code>Secure</code>, as behind HTTPS on AWS. Chromium and Firefox keep them
on <code>http://localhost</code> too; Safari does not.</footer>
</body>
</html>
`.toString();
}
