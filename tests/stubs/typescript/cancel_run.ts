// Cancels a split run, twice to show an error, and looks for it in a list.
//
// Usage: node cancel_run.js ADDRESS RUN_ID
import {type CallOptions, type Client, ConnectError, createClient} from '@connectrpc/connect';
import {createGrpcTransport} from '@connectrpc/connect-node';

import {RunStatus, RunStatusSchema} from './gen/extend/v1/split_run_pb.js';
import {SplitRunService} from './gen/extend/v1/split_run_service_pb.js';
import {Code} from './gen/google/rpc/code_pb.js';
import {ErrorInfoSchema} from './gen/google/rpc/error_details_pb.js';

type SplitRuns = Client<typeof SplitRunService>;

// Metadata of each call overrides the gateway's own workspace, if it has one.
const workspace = process.env.EXTEND_WORKSPACE_ID;
const options: CallOptions = {
  timeoutMs: 30_000,
  headers: workspace ? {'x-extend-workspace-id': workspace} : {},
};

async function cancel(client: SplitRuns, id: string) {
  try {
    const run = await client.cancelSplitRun({id}, options);
    // PROCESSING means that the run will be cancelled unless it finishes first.
    return `OK: the run is ${RunStatusSchema.value[run.status].name}`;
  } catch (thrown) {
    const error = ConnectError.from(thrown);
    // None if the gateway was not reached.
    const info = error.findDetails(ErrorInfoSchema).at(0);
    const state = info?.metadata.status ?? 'unknown';
    // What this call did: none, unknown (it may have cancelled the run), done.
    const outcome = info?.metadata.outcome ?? 'unknown';
    return `${Code[error.code]} ${info?.reason ?? ''}: the run is ${state}, outcome ${outcome}`;
  }
}

async function* listRuns(client: SplitRuns, status: RunStatus) {
  let nextPageToken: string | undefined = '';
  do {
    // Small pages, to show how one follows another.
    const page = await client.listSplitRuns({status, maxPageSize: 1, nextPageToken}, options);
    yield* page.data;
    nextPageToken = page.nextPageToken;
  } while (nextPageToken);
}

const [address, runId] = process.argv.slice(2);
const client = createClient(SplitRunService, createGrpcTransport({baseUrl: `http://${address}`}));
console.log(`first cancel: ${await cancel(client, runId)}`);
console.log(`second cancel: ${await cancel(client, runId)}`);
const cancelled = [];
for await (const run of listRuns(client, RunStatus.CANCELLED)) cancelled.push(run.id);
const found = cancelled.includes(runId) ? 'yes' : 'no';
console.log(`listed as cancelled: ${found}, among ${cancelled.length} runs`);
