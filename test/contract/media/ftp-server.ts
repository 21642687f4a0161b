import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

export type FtpServer = {
  readonly url: string;
  /** Every command line received, in order. */
  readonly commands: string[];
  close(): Promise<void>;
};

type Session = {
  readonly files: ReadonlyMap<string, Buffer>;
  start: number;
  data: Promise<Socket> | undefined;
};

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

/** Waits for the client's data connection, sends, and says how it went. */
function send(session: Session, control: Socket, content: Buffer, breakAt: number | undefined): void {
  control.write('150 here it comes\r\n');
  void session.data?.then((data) => {
    data.on('error', () => {});
    data.on('close', () => (breakAt === undefined ? control.write('226 done\r\n') : control.destroy()));
    data.end(content.subarray(0, breakAt));
  });
}

async function answer(
  line: string,
  session: Session,
  control: Socket,
  breakAt: () => number | undefined,
): Promise<void> {
  const [, command = '', argument = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
  const file = session.files.get(argument);
  const missing = '550 no such file';
  const reply = (text: string): void => void control.write(`${text}\r\n`);
  switch (command.toUpperCase()) {
    case 'USER':
      return reply('331 password please');
    case 'PASS':
      return reply('230 welcome');
    case 'SIZE':
      return reply(file ? `213 ${file.length}` : missing);
    case 'MDTM':
      return reply(file ? '213 20260101120000' : missing);
    case 'EPSV': {
      const server = createServer();
      session.data = new Promise((resolve) => {
        server.once('connection', (data) => {
          server.close();
          resolve(data);
        });
      });
      return reply(`229 entering (|||${await listening(server)}|)`);
    }
    case 'REST':
      session.start = Number(argument);
      return reply('350 from there');
    case 'RETR':
      if (!file) return reply(missing);
      send(session, control, file.subarray(session.start), breakAt());
      session.start = 0;
      return;
    case 'QUIT':
      return reply('221 bye');
    case 'TYPE':
    case 'OPTS':
    case 'STRU':
      return reply('200 fine');
    default:
      return reply('502 not known');
  }
}

/** As much of RFC 959 and 3659 as fetching needs. `breakAt` cuts the connection after so many bytes of a transfer. */
export async function startFtpServer(
  files: ReadonlyMap<string, Buffer>,
  breakAt: () => number | undefined = () => undefined,
): Promise<FtpServer> {
  const commands: string[] = [];
  const controls = new Set<Socket>();
  const server = createServer((control) => {
    const session: Session = { files, start: 0, data: undefined };
    controls.add(control);
    control.on('error', () => {});
    control.write('220 hello\r\n');
    control.on('data', (bytes: Buffer) => {
      for (const line of bytes.toString().split('\r\n').filter(Boolean)) {
        commands.push(line);
        void answer(line, session, control, breakAt);
      }
    });
  });
  const port = await listening(server);
  return {
    url: `ftp://127.0.0.1:${port}`,
    commands,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const control of controls) control.destroy();
      }),
  };
}
