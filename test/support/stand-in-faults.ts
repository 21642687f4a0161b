import type { Fault } from './stand-in-cloud.ts';
import { bodyOf, reply } from './stand-in-http.ts';

/** The service does what it is asked, and nobody hears of it. */
export const loseAnswer: Fault = (_request, response) => {
  response.writeHead = () => {
    response.socket?.destroy();
    return response;
  };
  response.end = () => response;
  return false;
};

const close: Fault = (request) => {
  request.socket.destroy();
  return true;
};

const closeInAnswer: Fault = async (request, response) => {
  await bodyOf(request);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' });
  response.write('{"images": [');
  setTimeout(() => response.destroy(), 20);
  return true;
};

const fail: Fault = async (request, response) => {
  await bodyOf(request);
  return reply(response, 500, { message: 'An unknown exception occurred.' });
};

/** How one request may go wrong. */
export const REQUEST_FAULTS: readonly (readonly [what: string, fault: Fault])[] = [
  ['is closed', close],
  ['is closed in its answer', closeInAnswer],
  ['is answered 500', fail],
  ['is done but not answered', loseAnswer],
];
