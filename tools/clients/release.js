// Releases with the SDK for JavaScript: create, deploy, clone, swap, terminate.
// Usage: node release.js APPLICATION BUCKET KEY. Prints one line for each step.

import {
  ElasticBeanstalk,
  waitUntilEnvironmentExists,
  waitUntilEnvironmentTerminated,
  waitUntilEnvironmentUpdated,
} from "@aws-sdk/client-elastic-beanstalk";

const [application, bucket, key] = process.argv.slice(2);
const client = new ElasticBeanstalk({});
const waiting = { client, maxWaitTime: 300, minDelay: 1, maxDelay: 2 };
const [blue, green] = [`${application}-blue`, `${application}-green`];

function expect(found, expected, what) {
  if (found !== expected) {
    throw new Error(`expected ${what} to be ${expected}, found ${found}`);
  }
}

async function described(name) {
  const { Environments } = await client.describeEnvironments({ EnvironmentNames: [name], IncludeDeleted: false });
  return Environments[0];
}

async function platform() {
  const Filters = [
    { Type: "PlatformBranchName", Operator: "begins_with", Values: ["Python"] },
    { Type: "PlatformLifecycleState", Operator: "=", Values: ["Recommended"] },
  ];
  const { PlatformSummaryList } = await client.listPlatformVersions({ Filters });
  return PlatformSummaryList[0].PlatformArn;
}

async function register(label) {
  await client.createApplicationVersion({
    ApplicationName: application,
    VersionLabel: label,
    SourceBundle: { S3Bucket: bucket, S3Key: key },
    AutoCreateApplication: true,
    Process: true,
  });
  for (;;) {
    const request = { ApplicationName: application, VersionLabels: [label] };
    const [version] = (await client.describeApplicationVersions(request)).ApplicationVersions;
    if (version.Status.toUpperCase() === "PROCESSED") return;
    await new Promise((resume) => setTimeout(resume, 200));
  }
}

async function create(name, source) {
  const request = { ApplicationName: application, EnvironmentName: name, CNAMEPrefix: name, VersionLabel: "js-1" };
  await client.createEnvironment({ ...request, ...source });
  await waitUntilEnvironmentExists(waiting, { EnvironmentNames: [name] });
}

async function step(name, work) {
  await work();
  console.log(name);
}

await step("create", async () => {
  await register("js-1");
  await create(blue, { PlatformArn: await platform() });
});
await step("deploy", async () => {
  await register("js-2");
  const StartTime = new Date();
  await client.updateEnvironment({ EnvironmentName: blue, VersionLabel: "js-2" });
  await waitUntilEnvironmentUpdated(waiting, { EnvironmentNames: [blue] });
  expect((await described(blue)).VersionLabel, "js-2", "the version");
  const { Events } = await client.describeEvents({ EnvironmentName: blue, StartTime });
  const launched = Events.some((event) => event.Message.startsWith("Successfully launched"));
  expect(launched, false, "an event from before the client's own StartTime");
});
await step("clone", async () => {
  const EnvironmentId = (await described(blue)).EnvironmentId;
  await client.createConfigurationTemplate({ ApplicationName: application, TemplateName: "saved", EnvironmentId });
  await create(green, { TemplateName: "saved" });
});
await step("swap", async () => {
  const cname = (await described(blue)).CNAME;
  await client.swapEnvironmentCNAMEs({ SourceEnvironmentName: blue, DestinationEnvironmentName: green });
  await waitUntilEnvironmentUpdated(waiting, { EnvironmentNames: [blue, green] });
  expect((await described(green)).CNAME, cname, "the CNAME of the other environment");
});
await step("terminate", async () => {
  const names = [blue, green];
  const ids = (await Promise.all(names.map(described))).map((environment) => environment.EnvironmentId);
  await Promise.all(ids.map((EnvironmentId) => client.terminateEnvironment({ EnvironmentId })));
  await waitUntilEnvironmentTerminated(waiting, { EnvironmentIds: ids });
});
