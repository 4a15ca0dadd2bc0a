// Makes calls with Extend's TypeScript SDK, as one of its users would.
//
// Usage: node driver.js URL      with EXTEND_API_KEY and EXTEND_WORKSPACE_ID
//
// First prints the SDK's own types of each call, see sdk_types.ts. Then answers each line of standard
// input, {"call": ..., "request": ...} in the names of the REST API, with a line: {"value": ...}, which
// is what the SDK has parsed, or {"error": {"status": ..., "body": ...}}.
import {createInterface} from 'node:readline';

import {ExtendClient, ExtendError} from 'extend-ai';

import {typesOf} from './sdk_types.js';

// The calls, and the SDK's methods for them.
const methods = {
  CreateSplitRun: ['splitRuns', 'create'],
  CreateSplitRunBatch: ['splitRuns', 'createBatch'],
  GetSplitRun: ['splitRuns', 'retrieve'],
  ListSplitRuns: ['splitRuns', 'list'],
  CancelSplitRun: ['splitRuns', 'cancel'],
  DeleteSplitRun: ['splitRuns', 'delete'],
  GetBatchRun: ['batchRuns', 'get'],
} as const;

const client = new ExtendClient({
  baseUrl: process.argv[2],
  token: process.env.EXTEND_API_KEY,
  headers: {'x-extend-workspace-id': process.env.EXTEND_WORKSPACE_ID},
  timeoutInSeconds: 30,
});

// A request from outside has no type: that it is one of the SDK's is what the test is about.
function send(call: keyof typeof methods, request: any): Promise<unknown> {
  const [resource, method] = methods[call];
  const methodsOfResource: any = client[resource];
  return methodsOfResource[method]('id' in request ? request.id : request);
}

async function answer(line: string) {
  const {call, request} = JSON.parse(line);
  try {
    return {value: await send(call, request)};
  } catch (error) {
    if (!(error instanceof ExtendError)) throw error;
    return {error: {status: error.statusCode, body: error.body}};
  }
}

console.log(JSON.stringify(typesOf(methods)));
for await (const line of createInterface({input: process.stdin})) {
  console.log(JSON.stringify(await answer(line)));
}
