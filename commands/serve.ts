import { PilliveryCommand } from '../src/cli/command.ts';
import { port } from '../src/cli/flags.ts';

export default class Serve extends PilliveryCommand {
  static override summary = 'serve the HTTP API';
  static override description = 'Runs until SIGTERM or Ctrl-C, then answers what it has begun and leaves.';
  static override examples = ['<%= config.bin %> serve --port 8080'];
  static override flags = { port: port({ summary: 'port to listen on; http.port if left out' }) };

  async run() {
    const { flags } = await this.parse(Serve);
    const { listenForShutdown } = await import('../src/platform/shutdown.ts');
    const { serveApi } = await import('../src/api/serve.ts');
    const shutdown = listenForShutdown();
    await this.withApp(flags, (app) =>
      serveApi(app, {
        port: flags.port ?? app.config.http.port,
        stop: shutdown.signal,
        onListening: (url) => this.log(`listening on ${url}`),
      }),
    );
    shutdown.release();
  }
}
