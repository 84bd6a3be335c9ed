import { PilliveryCommand } from '../src/cli/command.ts';

export default class OpenApi extends PilliveryCommand {
  static override summary = 'print the OpenAPI 3.1 document of the HTTP API';
  static override description = 'Needs no set-up and touches nothing.';
  static override examples = ['<%= config.bin %> openapi'];

  async run() {
    await this.parse(OpenApi);
    const { openThrowAwayApp } = await import('../src/app.ts');
    const { documentApi } = await import('../src/api/document.ts');
    const app = await openThrowAwayApp(this.config);
    this.log(JSON.stringify(documentApi(app), null, 2));
    await app.close();
  }
}
