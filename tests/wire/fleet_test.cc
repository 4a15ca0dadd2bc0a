// An API that nobody here has seen, from its descriptor set: each of its methods is called, and
// what goes up and what comes back are compared with what google/api/http.proto and ProtoJSON ask
// for.
#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <google/protobuf/util/message_differencer.h>
#include <grpc/health/v1/health.grpc.pb.h>
#include <grpc/reflection/v1/reflection.grpc.pb.h>

#include <set>
#include <sstream>

#include "gateway/cli/call_command.h"
#include "gateway/cli/client_channel.h"
#include "gateway/cli/health_command.h"
#include "gateway/descriptors/descriptor_source.h"
#include "tests/support/short_text.h"
#include "tests/wire/gateway_fixture.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
using testing::HasSubstr;

constexpr const char* kJson = "application/json";

struct MethodCase {
  const char* method;
  const char* request;  // Text format, as the response.
  const char* sent;
  const char* body;
  const char* answer;  // Empty: 204.
  const char* response;
  const char* body_type = kJson;
  const char* answer_type = kJson;
};

const MethodCase kDepots[] = {
    {"GetDepot", "id: 7", "GET /v2/depots/7", "",
     R"({"id":"7","name":"N","tags":["a","b"],"open":false,"place":{"latitude":59.5,"new":[{}]}})",
     R"(id: 7 name: "N" tags: "a" tags: "b" open: false place { latitude: 59.5 })"},
    {"GetDepotByCode", R"(code: "\xfb\xff")", "GET /v2/depots/by-code/-_8", "", "{}", ""},
    {"ListDepots",
     R"(page_size: 20 page_token: "a+b/c=" tags: "x y" tags: "\xc3\xa4" open: false city: "Oslo"
        fields { paths: "depots.name" paths: "next_page_token" })",
     "GET /v2/depots?pageSize=20&pageToken=a%2Bb%2Fc%3D&tags=x%20y&tags=%C3%A4&open=false"
     "&city=Oslo&fields=depots.name%2CnextPageToken",
     "", R"({"depots":[{"id":1},{"id":"2"}],"nextPageToken":null})",
     "depots { id: 1 } depots { id: 2 }"},
    {"CreateDepot", R"(depot { name: "N" place { latitude: 1.5 } } dry_run: true)",
     "POST /v2/depots?dry-run=true", R"({"name":"N","place":{"latitude":1.5}})", R"({"id":"8"})",
     "id: 8"},
    {"UpdateDepot", R"(depot { id: 7 open: true } update_mask { paths: "open" })",
     "PATCH /v2/depots/7?updateMask=open", R"({"id":"7","open":true})", R"({"open":true})",
     "open: true"},
    {"ReplaceDepot", R"(depot { id: 7 open: true } update_mask { paths: "open" })",
     "PUT /v2/depots/7", R"({"depot":{"open":true},"updateMask":"open"})", "{}", ""},
    {"DeleteDepot", "id: 7 force: true", "DELETE /v2/depots/7?force=true", "", "", ""},
    {"CloseDepot", "id: 7 force: true", "DELETE /v2/depots/7/hours", R"({"force":true})", "", ""},
    {"HasDepot", "id: 7", "HEAD /v2/depots/7", "", "", ""},
    {"AskDepots", "", "OPTIONS /v2/depots", "", "", ""},
    {"LockDepot", "id: 7", "LOCK /v2/depots/7", "{}", R"({"id":7.0})", "id: 7"},
    {"ListNames", "", "GET /v2/depots:names", "", R"(["a","b"])", R"(names: "a" names: "b")"},
    {"CountDepots", "", "GET /v2/depots:count", "", R"("18446744073709551615")",
     "count: 18446744073709551615"},
    {"ListByRegion", "", "GET /v2/depots:byRegion", "", R"({"north":{"id":"1"},"south":{}})",
     R"(by_region { key: "north" value { id: 1 } } by_region { key: "south" value {} })"},
    {"ListHours", "id: -1", "GET /v2/depots/-1/hours", "", R"({"1":"8-12","-2":""})",
     R"(hours { key: 1 value: "8-12" } hours { key: -2 value: "" })"},
    {"ListNeighbours", "", "GET /v2/depots/0/neighbours", "", R"([{"id":2},{}])",
     "depots { id: 2 } depots {}"},
};

const MethodCase kVehicles[] = {
    {"GetVehicle", R"(name: "depots/a b/vehicles/\xc3\xbc")",
     "GET /v2/depots/a%20b/vehicles/%C3%BC", "", R"({"plate":"\u00fc","state":"STATE_MOVING"})",
     R"(plate: "\xc3\xbc" state: STATE_MOVING)"},
    {"ListVehicles",
     R"(parent: "depots/7" a_double: -0.5 a_float: inf an_int32: -2147483648
        an_int64: -9223372036854775808 a_uint32: 4294967295 a_uint64: 18446744073709551615
        a_sint32: -1 a_sint64: -2 a_fixed32: 3 a_fixed64: 4 a_sfixed32: -5 a_sfixed64: -6
        a_bool: true a_string: "&=#?" a_bytes: "\xff" a_state: STATE_PARKED
        numbers: 1 numbers: -2 states: STATE_MOVING states: STATE_UNSPECIFIED keys: "" keys: "k"
        after { seconds: 1 } idle { seconds: 1 nanos: 500000000 } visits {} visits { nanos: 1000 }
        w_double { value: 0.5 } w_float { value: 0.25 } w_int64 { value: -9 } w_uint64 { value: 9 }
        w_int32 { value: -3 } w_uint32 { value: 3 } w_bool {} w_string {} w_bytes { value: "\xff" })",
     "GET /v2/depots/7/vehicles?aDouble=-0.5&aFloat=Infinity&anInt32=-2147483648"
     "&anInt64=-9223372036854775808&aUint32=4294967295&aUint64=18446744073709551615"
     "&aSint32=-1&aSint64=-2&aFixed32=3&aFixed64=4&aSfixed32=-5&aSfixed64=-6"
     "&aBool=true&aString=%26%3D%23%3F&aBytes=_w&aState=STATE_PARKED"
     "&numbers=1&numbers=-2&states=STATE_MOVING&states=STATE_UNSPECIFIED&keys=&keys=aw"
     "&after=1970-01-01T00%3A00%3A01Z&idle=1.500s"
     "&visits=1970-01-01T00%3A00%3A00Z&visits=1970-01-01T00%3A00%3A00.000001Z"
     "&wDouble=0.5&wFloat=0.25&wInt64=-9&wUint64=9"
     "&wInt32=-3&wUint32=3&wBool=false&wString=&wBytes=_w",
     "", R"({"vehicles":[{"name":"v"}]})", R"(vehicles { name: "v" })"},
    {"MoveVehicle",
     R"(name: "depots/7/vehicles/2" target { latitude: 1.5 }
        stops { key: "a" value { longitude: 2.5 } } within { seconds: -3 })",
     "POST /v2/depots/7/vehicles/2:move",
     R"({"target":{"latitude":1.5},"stops":{"a":{"longitude":2.5}},"within":"-3s"})",
     R"({"state":1})", "state: STATE_MOVING"},
    {"WakeVehicle", R"(name: "depots/7/vehicles/2")", "POST /v2/depots/7/vehicles/2:wake", "", "{}",
     ""},
    {"GetState", R"(name: "a/b")", "GET /v2/a/b/state", "", R"("STATE_PARKED")",
     "state: STATE_PARKED"},
    {"IsParked", R"(name: "a/b")", "GET /v2/a/b/parked", "", "true", "parked: true"},
    {"GetWeight", R"(name: "a")", "GET /v2/a/weight", "", "1e3", "weight: 1000"},
    {"GetKey", R"(name: "a")", "GET /v2/a/key", "", R"("+/8=")", R"(key: "\xfb\xff")"},
    {"GetSeen", R"(name: "a")", "GET /v2/a/seen", "", R"("2000-01-01T02:00:00.5+02:00")",
     "seen { seconds: 946684800 nanos: 500000000 }"},
    {"GetIdle", R"(name: "a")", "GET /v2/a/idle", "", R"("1.5s")",
     "idle { seconds: 1 nanos: 500000000 }"},
    {"GetLoad", R"(name: "a")", "GET /v2/a/load", "", "0", "load { value: 0 }"},
    {"SetPlate", R"(name: "v/1" plate: "A \"1\"" state: STATE_PARKED)",
     "PUT /v2/vehicles/v%2F1/plate?state=STATE_PARKED", R"("A \"1\"")", "{}", ""},
    {"SetState", R"(id: "1" state: STATE_MOVING)", "PUT /v2/vehicles/1/state", R"("STATE_MOVING")",
     "", ""},
    {"SetLabels", R"(id: "1" labels { key: "k" value: "v" })", "PUT /v2/vehicles/1/labels",
     R"({"k":"v"})", "", ""},
    {"SetVisits", R"(id: "1" visits { seconds: 1 })", "PUT /v2/vehicles/1/visits",
     R"(["1970-01-01T00:00:01Z"])", "", ""},
    {"SetStops", R"(id: "1" stops { latitude: 0.5 } stops {})", "PUT /v2/vehicles/1/stops",
     R"([{"latitude":0.5},{}])", "", ""},
    {"SetForm", R"(id: "1" form { fields { key: "a" value { bool_value: true } } })",
     "PUT /v2/vehicles/1/form", R"({"a":true})", "", ""},
    {"SetNote", R"(id: "1" note { null_value: NULL_VALUE })", "PUT /v2/vehicles/1/note", "null", "",
     ""},
    {"SetKey", R"(id: "1" key: "\xfb\xff")", "PUT /v2/vehicles/1/key", R"("+/8=")", "", ""},
    {"SetLimit", R"(id: "1" limit { value: 5 })", "PUT /v2/vehicles/1/limit", R"("5")", "", ""},
    {"Attach", R"(id: "1" detail { [type.googleapis.com/fleet.v2.Place] { latitude: 0.5 } })",
     "POST /v2/vehicles/1:attach",
     R"({"detail":{"@type":"type.googleapis.com/fleet.v2.Place","latitude":0.5}})",
     R"({"detail":{"@type":"type.googleapis.com/google.protobuf.Duration","value":"2s"}})",
     "detail { [type.googleapis.com/google.protobuf.Duration] { seconds: 2 } }"},
};

const MethodCase kShipments[] = {
    {"Track", R"(ref { carrier: "UPS" number: "1/2" leg: "a" } language: "no")",
     "GET /v2/shipments/UPS/1%2F2?ref.leg=a&language=no", "", R"({"ref":{"leg":"a"}})",
     R"(ref { leg: "a" })"},
    {"Search",
     R"(filter { text: "x" not { not { text: "y" } states: STATE_MOVING states: STATE_PARKED } })",
     "GET /v2/shipments:search?filter.text=x&filter.not.not.text=y"
     "&filter.not.states=STATE_MOVING&filter.not.states=STATE_PARKED",
     "", R"({"shipments":[]})", ""},
    {"ListEvents", "state: STATE_PARKED since {} page {} ratio: 0.5",
     "GET /v2/events/STATE_PARKED/1970-01-01T00%3A00%3A00Z/false/0/0.5", "",
     R"([{"state":"NEWER"},{"state":2}])", "events {} events { state: STATE_PARKED }"},
    {"BatchCreate", R"(shipments { ref { number: "1" } } shipments {})",
     "POST /v2/shipments:batchCreate", R"([{"ref":{"number":"1"}},{}])",
     R"([{"state":"STATE_MOVING"}])", "shipments { state: STATE_MOVING }"},
    {"Cancel", R"(ref { carrier: "UPS" number: "9" } language: "no")",
     "POST /v2/shipments/9:cancel", R"({"ref":{"carrier":"UPS"},"language":"no"})", "{}", ""},
    {"GetManifest", "id: 7", "GET /v2/manifests/7", "", "a,b\n",
     R"(content_type: "text/csv" data: "a,b\n")", kJson, "text/csv"},
    {"Scan", R"(content_type: "image/png" data: "\x89P")", "POST /v2/scan", "\x89P", "{}", "",
     "image/png"},
    {"PutLabel", R"(name: "labels/x/y" file { content_type: "text/plain" data: "up" })",
     "PUT /v2/labels/x/y", "up", "down", R"(file { content_type: "text/html" data: "down" })",
     "text/plain", "text/html"},
    {"Download", R"(name: "files/a/b")", "POST /v2/files/a/b:download", "", "{\"a\"",
     R"(content_type: "application/json" data: "{\"a\"")"},
    {"ListRevisions", R"(name: "files/a/b/revisions/3")", "GET /v2/files/a/b/revisions/3/all", "",
     "[]", ""},
    {"GetForm", "id: 1", "GET /v2/forms/1", "", R"({"a":true})",
     R"(form { fields { key: "a" value { bool_value: true } } })"},
    {"GetNote", "id: 1", "GET /v2/notes/1", "", "null", "note { null_value: NULL_VALUE }"},
    {"GetDetail", "id: 1", "GET /v2/details/1", "",
     R"({"@type":"type.googleapis.com/fleet.v2.DepotId","id":"5"})",
     "detail { [type.googleapis.com/fleet.v2.DepotId] { id: 5 } }"},
};

const MethodCase kBilling[] = {
    {"GetInvoice", R"(invoice { number: 5 currency: "NOK" })",
     "GET /v1beta1/invoices/5?invoice.currency=NOK", "",
     R"({"number":"5","kind":"OPEN","total":{"cents":"7"},"[fleet.billing.v1beta1.remark]":"r"})",
     R"(number: 5 kind: OPEN Total { cents: 7 } [fleet.billing.v1beta1.remark]: "r")"},
    {"PutInvoice", R"(number: 5 kind: PAID [fleet.billing.v1beta1.remark]: "r")",
     "PUT /v1beta1/invoices/5", R"({"kind":"PAID","[fleet.billing.v1beta1.remark]":"r"})",
     R"({"number":5})", "number: 5"},
    {"PutTotal", "number: 5 Total { cents: 1 }", "PUT /v1beta1/invoices/5/total",
     R"({"cents":"1"})", R"({"cents":"2"})", "Total { cents: 2 }"},
};

class FleetTest : public GatewayTest {
 protected:
  FleetTest() { config.descriptor_sets = {FLEET_SET}; }

  std::unique_ptr<pb::Message> Parsed(const pb::Descriptor* type, const char* text) {
    std::unique_ptr<pb::Message> message(source_->Prototype(type)->New());
    EXPECT_TRUE(pb::TextFormat::ParseFromString(text, message.get())) << text;
    return message;
  }

  void Check(const std::string& service, const MethodCase& c) {
    const std::string answer = c.answer;
    AnswerAlways(answer.empty() ? HttpReply(204)
                                : HttpReply(200, answer, {{"Content-Type", c.answer_type}}));
    const auto* method = source_->pool().FindMethodByName(service + "." + c.method);
    ASSERT_NE(method, nullptr);
    const auto called = RawCall(*channel(), "/" + service + "/" + c.method,
                                Parsed(method->input_type(), c.request)->SerializeAsString());
    ASSERT_TRUE(called.status.ok()) << called.status.error_message();
    const ReceivedRequest received = upstream.requests().back();
    const std::string body = c.body;
    EXPECT_EQ(received.verb + " " + received.target, c.sent);
    EXPECT_EQ(received.body, body);
    EXPECT_EQ(received.Get("content-type"), body.empty() ? "" : c.body_type);
    const std::unique_ptr<pb::Message> response(source_->Prototype(method->output_type())->New());
    EXPECT_TRUE(response->ParseFromString(called.message));
    EXPECT_TRUE(
        pb::util::MessageDifferencer::Equals(*response, *Parsed(method->output_type(), c.response)))
        << ShortText(*response);
  }

  template <std::size_t size>
  void CheckAll(const std::string& service, const MethodCase (&cases)[size]) {
    std::set<std::string> called;
    for (const MethodCase& c : cases) {
      SCOPED_TRACE(service + "/" + c.method);
      Check(service, c);
      called.insert(c.method);
    }
    const auto served = std::ranges::find(api().services(), service, [](const auto& candidate) {
      return candidate.descriptor->full_name();
    });
    ASSERT_NE(served, api().services().end());
    EXPECT_EQ(called.size(), served->endpoints.size());
    for (const std::string& method : called) {
      EXPECT_THAT(Metrics(), HasSubstr("grpc_server_handled_total{grpc_code=\"OK\",grpc_method=\"" +
                                       method + "\",grpc_service=\"" + service + "\""));
    }
  }

 private:
  const std::unique_ptr<DescriptorSource> source_ = DescriptorSource::Load({FLEET_SET});
};

TEST_F(FleetTest, EveryDepotMethodIsServed) { CheckAll("fleet.v2.Depots", kDepots); }
TEST_F(FleetTest, EveryVehicleMethodIsServed) { CheckAll("fleet.v2.Vehicles", kVehicles); }
TEST_F(FleetTest, EveryShipmentMethodIsServed) { CheckAll("fleet.v2.Shipments", kShipments); }
TEST_F(FleetTest, EveryBillingMethodIsServed) {
  CheckAll("fleet.billing.v1beta1.Billing", kBilling);
}

TEST_F(FleetTest, HealthAndReflectionKnowItsServices) {
  const auto health = grpc::health::v1::Health::NewStub(channel());
  const auto reflection = grpc::reflection::v1::ServerReflection::NewStub(channel());
  for (const App::Service& service : api().services()) {
    const std::string name(service.descriptor->full_name());
    grpc::ClientContext checking;
    grpc::health::v1::HealthCheckRequest check;
    check.set_service(name);
    grpc::health::v1::HealthCheckResponse checked;
    EXPECT_TRUE(health->Check(&checking, check, &checked).ok()) << name;
    grpc::ClientContext asking;
    const auto stream = reflection->ServerReflectionInfo(&asking);
    grpc::reflection::v1::ServerReflectionRequest question;
    question.set_file_containing_symbol(name);
    EXPECT_TRUE(stream->Write(question));
    grpc::reflection::v1::ServerReflectionResponse told;
    EXPECT_TRUE(stream->Read(&told));
    EXPECT_GT(told.file_descriptor_response().file_descriptor_proto_size(), 1) << name;
    stream->WritesDone();
    EXPECT_TRUE(stream->Finish().ok());
  }
}

TEST_F(FleetTest, CallKnowsItsMethods) {
  AnswerAlways(200, R"({"id":"7","open":false})");
  ClientConfig client;
  client.descriptor_sets = {FLEET_SET};
  client.address = AddressOf(gateway().addresses().at(0));
  client.method = "fleet.v2.Depots/GetDepot";
  client.json = R"({"id": 7})";
  std::istringstream in;
  std::ostringstream out;
  EXPECT_EQ(RunCall(client, in, out, out), 0);
  EXPECT_EQ(out.str(), "{\n  \"id\": \"7\",\n  \"open\": false\n}\n");
}

}  // namespace
}  // namespace gateway
