// Cancels a split run, twice to show an error, and looks for it in a list.
//
// Usage: cancel_run ADDRESS RUN_ID
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"time"

	"google.golang.org/genproto/googleapis/rpc/code"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"

	extendv1 "extend-gateway/gen/extend/v1"
)

// The context of a call: its deadline, and metadata that overrides the gateway's own workspace.
func callContext() (context.Context, context.CancelFunc) {
	ctx := context.Background()
	if workspace := os.Getenv("EXTEND_WORKSPACE_ID"); workspace != "" {
		ctx = metadata.AppendToOutgoingContext(ctx, "x-extend-workspace-id", workspace)
	}
	return context.WithTimeout(ctx, 30*time.Second)
}

// The google.rpc.ErrorInfo of an error; nil, which reads as an empty one, if the gateway was not reached.
func errorInfo(err error) *errdetails.ErrorInfo {
	for _, detail := range status.Convert(err).Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			return info
		}
	}
	return nil
}

// A value of the error's metadata, which an error from elsewhere does not have.
func metadataOf(info *errdetails.ErrorInfo, key string) string {
	if value, known := info.GetMetadata()[key]; known {
		return value
	}
	return "unknown"
}

func cancel(client extendv1.SplitRunServiceClient, runID string) string {
	ctx, release := callContext()
	defer release()
	run, err := client.CancelSplitRun(ctx, &extendv1.CancelSplitRunRequest{Id: runID})
	if err != nil {
		info := errorInfo(err)
		// `outcome` is what this call did: none, unknown (it may have cancelled the run), done.
		return fmt.Sprintf("%v %s: the run is %s, outcome %s", code.Code(status.Code(err)), info.GetReason(),
			metadataOf(info, "status"), metadataOf(info, "outcome"))
	}
	// PROCESSING means that the run will be cancelled unless it finishes first.
	return fmt.Sprintf("OK: the run is %v", run.GetStatus())
}

func listRuns(client extendv1.SplitRunServiceClient, filter extendv1.RunStatus) ([]*extendv1.SplitRunSummary, error) {
	// Small pages, to show how one follows another.
	request := &extendv1.ListSplitRunsRequest{Status: filter, MaxPageSize: proto.Int32(1)}
	var runs []*extendv1.SplitRunSummary
	for {
		ctx, release := callContext()
		page, err := client.ListSplitRuns(ctx, request)
		release()
		if err != nil {
			return nil, err
		}
		runs = append(runs, page.GetData()...)
		if page.GetNextPageToken() == "" {
			return runs, nil
		}
		request.NextPageToken = page.GetNextPageToken()
	}
}

func main() {
	address, runID := os.Args[1], os.Args[2]
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		log.Fatal(err)
	}
	defer connection.Close()
	client := extendv1.NewSplitRunServiceClient(connection)

	fmt.Println("first cancel:", cancel(client, runID))
	fmt.Println("second cancel:", cancel(client, runID))
	cancelled, err := listRuns(client, extendv1.RunStatus_RUN_STATUS_CANCELLED)
	if err != nil {
		log.Fatal(err)
	}
	found := "no"
	for _, run := range cancelled {
		if run.GetId() == runID {
			found = "yes"
		}
	}
	fmt.Printf("listed as cancelled: %s, among %d runs\n", found, len(cancelled))
}
