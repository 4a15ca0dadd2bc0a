//! Cancels a split run, twice to show an error, and looks for it in a list.
//!
//! Usage: cancel_run ADDRESS RUN_ID

use std::env;
use std::error::Error;
use std::time::Duration;

use googleapis_tonic_google_rpc::google::rpc::Code;
use tonic::transport::{Channel, Endpoint};
use tonic::{Request, Status};
use tonic_types::{ErrorInfo, StatusExt};

use extend_v1::split_run_service_client::SplitRunServiceClient;
use extend_v1::{CancelSplitRunRequest, ListSplitRunsRequest, RunStatus, SplitRunSummary};

mod extend_v1 {
    tonic::include_proto!("extend.v1");
}

type SplitRuns = SplitRunServiceClient<Channel>;

/// A request with its deadline, and metadata that overrides the gateway's own workspace.
fn new_request<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(Duration::from_secs(30));
    let workspace = env::var("EXTEND_WORKSPACE_ID").unwrap_or_default();
    if !workspace.is_empty() {
        let value = workspace.parse().expect("EXTEND_WORKSPACE_ID: not ASCII");
        let metadata = request.metadata_mut();
        metadata.insert("x-extend-workspace-id", value);
    }
    request
}

/// The google.rpc.ErrorInfo of an error; an empty one if the gateway was not reached.
fn error_info(error: &Status) -> ErrorInfo {
    let info = error.get_details_error_info();
    info.unwrap_or_else(|| ErrorInfo::new("", "", []))
}

async fn cancel(client: &mut SplitRuns, id: &str) -> String {
    let request = new_request(CancelSplitRunRequest { id: id.into() });
    match client.cancel_split_run(request).await {
        // PROCESSING means that the run will be cancelled unless it finishes first.
        Ok(run) => format!("OK: the run is {}", run.get_ref().status().as_str_name()),
        Err(error) => {
            let code = Code::try_from(i32::from(error.code())).unwrap_or(Code::Unknown);
            let info = error_info(&error);
            let metadata = |key: &str| info.metadata.get(key).map_or("unknown", |value| value);
            // `outcome` is what this call did: none, unknown (it may have cancelled the run), done.
            let (state, outcome) = (metadata("status"), metadata("outcome"));
            let (code, reason) = (code.as_str_name(), &info.reason);
            format!("{code} {reason}: the run is {state}, outcome {outcome}")
        }
    }
}

async fn list_runs(
    client: &mut SplitRuns,
    status: RunStatus,
) -> Result<Vec<SplitRunSummary>, Status> {
    // Small pages, to show how one follows another.
    let mut message = ListSplitRunsRequest {
        status: status.into(),
        max_page_size: Some(1),
        ..Default::default()
    };
    let mut runs = Vec::new();
    loop {
        let request = new_request(message.clone());
        let page = client.list_split_runs(request).await?.into_inner();
        runs.extend(page.data);
        message.next_page_token = page.next_page_token.unwrap_or_default();
        if message.next_page_token.is_empty() {
            return Ok(runs);
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().collect();
    let (address, run_id) = (&arguments[1], &arguments[2]);
    let channel = Endpoint::from_shared(format!("http://{address}"))?.connect_lazy();
    let mut client = SplitRunServiceClient::new(channel);

    println!("first cancel: {}", cancel(&mut client, run_id).await);
    println!("second cancel: {}", cancel(&mut client, run_id).await);
    let cancelled = list_runs(&mut client, RunStatus::Cancelled).await?;
    let found = cancelled.iter().any(|run| run.id == *run_id);
    let found = if found { "yes" } else { "no" };
    let count = cancelled.len();
    println!("listed as cancelled: {found}, among {count} runs");
    Ok(())
}
