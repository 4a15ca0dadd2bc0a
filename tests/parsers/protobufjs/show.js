// Prints what protobuf.js has found in proto/.
//
// Usage: node show.js PROTO_FOLDER
import {readdirSync} from 'node:fs';
import {join, relative} from 'node:path';

import {loadSync} from '@grpc/proto-loader';
import protobuf from 'protobufjs';

function findProtos(folder) {
  return readdirSync(folder, {withFileTypes: true}).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return findProtos(path);
    return path.endsWith('.proto') ? [path] : [];
  });
}

const folder = process.argv[2];
const files = findProtos(folder).map((path) => relative(folder, path));

// What a client sees: methods and their options.
const service = loadSync(files, {includeDirs: [folder]})['extend.v1.SplitRunService'];
const cancel = service.CancelSplitRun;
const {post} = cancel.options['(google.api.http)'];
const reconcile = cancel.options['(gateway.v1.reconcile)'];
console.log(`CancelSplitRun: POST ${post}, ${cancel.options.idempotency_level}`);
console.log(`reconciled by GET ${reconcile.get}: done is ${reconcile.done}, finished are ${reconcile.finished.join(' ')}`);
console.log(`takes ${cancel.requestType.type.name}, returns ${cancel.responseType.type.name}`);

// proto-loader leaves out options of services and enum values.
const root = new protobuf.Root();
root.resolvePath = (origin, target) => join(folder, target);
root.loadSync(files, {keepCase: true}).resolveAll();
const status = root.lookupType('extend.v1.SplitRun').fields.status;
console.log(`SplitRun.status: field ${status.id}, ${status.resolvedType.name}`);
const sortBy = root.lookupEnum('extend.v1.SortBy');
const {'(gateway.v1.json_name)': jsonName} = sortBy.valuesOptions.SORT_BY_CREATED_AT;
console.log(`SORT_BY_CREATED_AT is ${jsonName} in JSON`);
const upstream = root.lookupService('extend.v1.SplitRunService')
  .parsedOptions.find((option) => option['(gateway.v1.upstream)'])['(gateway.v1.upstream)'];
console.log(`base URL ${upstream.base_url}`);
for (const {name, base_url: url} of upstream.regions) console.log(`region ${name}: ${url}`);
for (const {name, value} of upstream.headers) console.log(`header ${name}: ${value ?? '-'}`);
console.log(`returned headers ${upstream.returned_headers.join(' ')}`);
