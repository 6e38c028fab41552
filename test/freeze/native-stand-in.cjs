/**
 * Stands in for the one native file of AWS's runtime client, which is an HTTP
 * client of four calls. Loaded with `--require`, before the runtime client.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
 */
const { Agent, request } = require('node:http');
const Module = require('node:module');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new Agent({ keepAlive: true, maxSockets: 1 });

function send(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const call = request({ hostname, port, agent, method, path: `/2018-06-01/runtime/invocation/${path}`, headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk)).on('end', () => resolve({ bodyJson: text, headers: answer.headers }));
    });
    call.on('error', reject).end(body);
  });
}

/** Answers go out in order; the next event is asked for after them. */
let last = Promise.resolve();

const native = {
  initializeClient: () => undefined,
  next: () => last.then(() => send('GET', 'next')),
  done: (id, body) => void (last = last.then(() => send('POST', `${id}/response`, body))),
  error: (id, body, xray) => void (last = last.then(() => send('POST', `${id}/error`, body, { 'x-xray': Buffer.from(xray).toString('base64') }))),
};

const load = Module._load;
Module._load = function (name, ...rest) {
  return name.endsWith('rapid-client.node') ? native : load.call(this, name, ...rest);
};
