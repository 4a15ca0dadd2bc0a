import ai.extend.v1.CancelSplitRunRequest;
import ai.extend.v1.ListSplitRunsRequest;
import ai.extend.v1.ListSplitRunsResponse;
import ai.extend.v1.RunStatus;
import ai.extend.v1.SplitRun;
import ai.extend.v1.SplitRunServiceGrpc;
import ai.extend.v1.SplitRunServiceGrpc.SplitRunServiceBlockingStub;
import ai.extend.v1.SplitRunSummary;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Cancels a split run, twice to show an error, and looks for it in a list.
 *
 * <p>Usage: CancelRun ADDRESS RUN_ID
 */
public final class CancelRun {
  private static final Metadata.Key<String> WORKSPACE_ID =
      Metadata.Key.of("x-extend-workspace-id", Metadata.ASCII_STRING_MARSHALLER);

  private final SplitRunServiceBlockingStub stub;

  private CancelRun(ManagedChannel channel) {
    // Metadata of each call overrides the gateway's own workspace, if it has one.
    Metadata metadata = new Metadata();
    String workspace = System.getenv("EXTEND_WORKSPACE_ID");
    if (workspace != null && !workspace.isEmpty()) {
      metadata.put(WORKSPACE_ID, workspace);
    }
    stub =
        SplitRunServiceGrpc.newBlockingStub(channel)
            .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  /** A stub for one call: its deadline runs from now. */
  private SplitRunServiceBlockingStub call() {
    return stub.withDeadlineAfter(30, TimeUnit.SECONDS);
  }

  /** The google.rpc.ErrorInfo of an error; an empty one if the gateway was not reached. */
  private static ErrorInfo errorInfo(StatusRuntimeException error)
      throws InvalidProtocolBufferException {
    for (Any detail : StatusProto.fromThrowable(error).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        return detail.unpack(ErrorInfo.class);
      }
    }
    return ErrorInfo.getDefaultInstance();
  }

  private String cancel(String id) throws InvalidProtocolBufferException {
    try {
      SplitRun run =
          call().cancelSplitRun(CancelSplitRunRequest.newBuilder().setId(id).build());
      // PROCESSING means that the run will be cancelled unless it finishes first.
      return "OK: the run is " + run.getStatus();
    } catch (StatusRuntimeException error) {
      ErrorInfo info = errorInfo(error);
      // `outcome` is what this call did: none, unknown (it may have cancelled the run), done.
      return String.format(
          "%s %s: the run is %s, outcome %s",
          error.getStatus().getCode(),
          info.getReason(),
          info.getMetadataOrDefault("status", "unknown"),
          info.getMetadataOrDefault("outcome", "unknown"));
    }
  }

  private List<SplitRunSummary> listRuns(RunStatus status) {
    // Small pages, to show how one follows another.
    ListSplitRunsRequest.Builder request =
        ListSplitRunsRequest.newBuilder().setStatus(status).setMaxPageSize(1);
    List<SplitRunSummary> runs = new ArrayList<>();
    ListSplitRunsResponse page;
    do {
      page = call().listSplitRuns(request.build());
      runs.addAll(page.getDataList());
      request.setNextPageToken(page.getNextPageToken());
    } while (!page.getNextPageToken().isEmpty());
    return runs;
  }

  public static void main(String[] arguments) throws Exception {
    String address = arguments[0];
    String runId = arguments[1];
    ManagedChannel channel =
        Grpc.newChannelBuilder(address, InsecureChannelCredentials.create()).build();
    try {
      CancelRun client = new CancelRun(channel);
      System.out.println("first cancel: " + client.cancel(runId));
      System.out.println("second cancel: " + client.cancel(runId));
      List<SplitRunSummary> cancelled = client.listRuns(RunStatus.RUN_STATUS_CANCELLED);
      boolean found = cancelled.stream().anyMatch(run -> run.getId().equals(runId));
      System.out.printf(
          "listed as cancelled: %s, among %d runs%n", found ? "yes" : "no", cancelled.size());
    } finally {
      channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
    }
  }
}
