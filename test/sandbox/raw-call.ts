import { connect } from 'node:net';

/** What came over the wire, and how the connection ended. */
export interface Heard {
  text: string;
  /** `open` when the caller lost patience first. */
  end: 'closed' | 'reset' | 'refused' | 'open';
}

export interface RawCall {
  port: number;
  name?: string;
  body?: object;
  /** How long to listen. */
  patienceMs?: number;
  /** Bytes of the body that are really sent. */
  onlyBytes?: number;
}

/** One call over a bare socket, which hides nothing of what a server does to its connection. */
export function rawCall({
  port,
  name = 'subscription',
  body = {},
  patienceMs = 2_000,
  onlyBytes,
}: RawCall): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  const text = JSON.stringify(body);
  const head = [
    `POST /online/v1/payment/${name} HTTP/1.1`,
    'Host: sandbox',
    'Authorization: SECRET_KEY DEV0123456789',
    'Content-Type: application/json',
    'Connection: close',
    `Content-Length: ${Buffer.byteLength(text)}`,
  ];
  const socket = connect({ port, host: '127.0.0.1' });
  const heard: Buffer[] = [];
  const end = (how: Heard['end']) => {
    clearTimeout(patience);
    socket.destroy();
    resolve({ text: Buffer.concat(heard).toString('utf8'), end: how });
  };
  const patience = setTimeout(() => end('open'), patienceMs);
  socket.on('connect', () => socket.write(`${head.join('\r\n')}\r\n\r\n${text.slice(0, onlyBytes)}`));
  socket.on('data', (chunk) => heard.push(chunk));
  socket.on('end', () => end('closed'));
  socket.on('error', (error: NodeJS.ErrnoException) => end(error.code === 'ECONNREFUSED' ? 'refused' : 'reset'));
  return promise;
}
