import { callsInWords } from './time-line';
import { html, Html } from '../html';
import { DeviceReport, ListedDevice, reportDevices, signInOn } from '../lab/devices';
import type { Panel } from '../lab/laboratory';

/** Browsers that the laboratory plays. */
const DEVICES = ['Phone', 'Tablet', 'Laptop', 'Library computer'] as const;

/** Panel 6: the sessions of one user on several devices. */
export const devices: Panel = {
  id: 'devices',
  title: 'Devices',
  show: (_, { devices: report }) => html`<p>Sign in with your name on other browsers, which the laboratory plays. At most three stay:
the shop calls <code>signIn(name, { most: 3 })</code>, so a fourth signs out the oldest.</p>
<form method="post" action="/lab/device" class="line" aria-label="Sign in on">
${DEVICES.map((device) => html`<button name="device" value="${device}">${device}</button>`)}</form>
<form method="post" action="/lab/list-devices" class="line"><button>List the devices</button></form>
${report && listOf(report)}`,
  switches: {
    'device': async (parts, browser, form) => {
      const device = DEVICES.find((known) => known === form.get('device'));
      return device ? signInOn(parts, browser, device) : 'There is no such device.';
    },
    'list-devices': async (parts, browser) => void await reportDevices(parts, browser),
  },
};

function listOf({ listed, calls, played }: DeviceReport): Html {
  if (!listed) return html`<p class="notice">Nobody is signed in here, so there is no list.</p>${seenBy(played)}`;
  const { name, own, devices: all } = listed;
  return html`<h3>${all.length === 1 ? '1 session' : `${all.length} sessions`} of ${name}</h3>
<ul class="devices">${all.map((device) => itemOf(device, device.ref === own))}</ul>
<div class="line"><form method="post" action="/devices/end-all"><button name="others" value="yes">End all others</button></form>
<form method="post" action="/devices/end-all"><button>End all, this one too</button></form></div>
${seenBy(played)}
<p class="quiet">The list took ${callsInWords(calls)}: one read of the user’s item and one of each session that it names.</p>`;
}

function itemOf({ ref, device, createdAt, endsAt }: ListedDevice, isOwn: boolean): Html {
  return html`<li><span><b>${device ?? 'unnamed'}</b>${isOwn && ' (here)'} <span class="quiet">since ${timeOf(createdAt)}, until ${timeOf(endsAt)} at most; <code>${ref}</code></span></span>
<form method="post" action="/devices/end"><button name="ref" value="${ref}" aria-label="End ${device ?? 'unnamed'} ${ref}">End</button></form></li>`;
}

function seenBy(played: DeviceReport['played']): Html {
  if (played.length === 0) return html``;
  return html`<p>Asked just now: ${played.map(({ device, isIn }, index) => html`${index > 0 && ', '}<span>${device} is <b>${isIn ? 'signed in' : 'signed out'}</b></span>`)}.</p>`;
}

function timeOf(text: string): Html {
  return html`<time datetime="${text}">${text.slice(5, 10)} ${text.slice(11, 19)}</time>`;
}
