#include "gateway/transcoding/reconcile_rule.h"

#include <gmock/gmock.h>

#include "tests/json/from_text.h"
#include "tests/json/generated_tables.h"
#include "tests/transcoding/faulty_routes.pb.h"
#include "tests/transcoding/library.pb.h"

namespace gateway {
namespace {

namespace pb = google::protobuf;
namespace library = testing::library::v1;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const pb::MethodDescriptor& ReturnBook() {
  return *library::Book::descriptor()->file()->FindServiceByName("Library")->FindMethodByName(
      "ReturnBook");
}

const pb::MethodDescriptor& MethodOf(const char* name) {
  return *testing::faulty::v1::Request::descriptor()
              ->file()
              ->FindServiceByName("Reconciled")
              ->FindMethodByName(name);
}

ReconcileRule RuleOf(const pb::MethodDescriptor& method) {
  return *ReconcileRule::Compile(method.options().GetExtension(v1::reconcile), method,
                                 GeneratedTables());
}

ReconcileRule RuleBy(const std::string& rule) {
  return *ReconcileRule::Compile(FromText<v1::Reconcile>(rule), MethodOf("OfMessage"),
                                 GeneratedTables());
}

template <class Response>
Resource Read(const ReconcileRule& rule, int status, std::string body) {
  HttpResponse response{.status = status, .headers = {}, .body = std::move(body)};
  return rule.Read(response,
                   *ResponseBinding::Compile(*Response::descriptor(), "", GeneratedTables()), {});
}

TEST(ReconcileRule, BindsTheGetByTheCallsOwnRequest) {
  library::ReturnBookRequest request;
  request.set_id("a/b");
  (*request.mutable_labels())["k"] = "v";
  const auto get = RuleOf(ReturnBook()).Bind(request);
  ASSERT_TRUE(get.has_value());
  EXPECT_EQ(get->verb, "GET");
  EXPECT_EQ(get->url, "/v1/loans/a%2Fb");
  EXPECT_EQ(get->body, std::nullopt);
}

TEST(ReconcileRule, ReadsTheStateInAnySpelling) {
  const struct {
    const char* body;
    ResourceState state;
    const char* name;
  } cases[] = {
      {R"({"state":"RETURNED"})", ResourceState::kDone, "RETURNED"},
      {R"({"id":"7","state":"OPEN","note":null})", ResourceState::kPending, "OPEN"},
      {R"({"state":"LOST"})", ResourceState::kFinished, "LOST"},
      {R"({"state":"LOAN_STATE_RETURNED"})", ResourceState::kDone, "RETURNED"},
      {R"({"state":2})", ResourceState::kDone, "RETURNED"},
      {R"({"state":"OPEN","state":"LOST"})", ResourceState::kFinished, "LOST"},
      {R"({"unknown":123456789012345678901234567890,"state":"RETURNED"})", ResourceState::kDone,
       "RETURNED"},
  };
  const ReconcileRule rule = RuleOf(ReturnBook());
  for (const auto& c : cases) {
    const auto reading = Read<library::Loan>(rule, 200, c.body);
    EXPECT_EQ(reading.state, c.state) << c.body;
    EXPECT_EQ(reading.state_name, c.name) << c.body;
  }
}

TEST(ReconcileRule, KnowsNothingFromWhatItCannotRead) {
  const struct {
    int status;
    const char* body;
  } cases[] = {
      {404, R"({"state":"RETURNED"})"},
      {199, R"({"state":"RETURNED"})"},
      {300, R"({"state":"RETURNED"})"},
      {500, R"({"state":"RETURNED"})"},
      {204, ""},
      {200, ""},
      {200, "<html>"},
      {200, R"({"state":"RETURNED")"},
      {200, R"(["RETURNED"])"},
      {200, R"("RETURNED")"},
      {200, "{}"},
      {200, R"({"state":null})"},
      {200, R"({"state":""})"},
      {200, R"({"state":"NEW_AND_UNKNOWN"})"},
      {200, R"({"state":"UNSPECIFIED"})"},
      {200, R"({"state":17})"},
      {200, R"({"state":{"a":1}})"},
      {200, R"({"state":true})"},
  };
  const ReconcileRule rule = RuleOf(ReturnBook());
  for (const auto& c : cases) {
    const auto reading = Read<library::Loan>(rule, c.status, c.body);
    EXPECT_EQ(reading.state, ResourceState::kUnknown) << c.body;
    EXPECT_EQ(reading.state_name, "") << c.body;
  }
}

TEST(ReconcileRule, ReadsStringFieldsToo) {
  const ReconcileRule rule =
      RuleBy(R"(get: "/{id}" field: "text" done: "over" pending: "on" finished: "off")");
  EXPECT_EQ(Read<testing::faulty::v1::Response>(rule, 200, R"({"text":"over"})").state,
            ResourceState::kDone);
  EXPECT_EQ(Read<testing::faulty::v1::Response>(rule, 200, R"({"text":"on"})").state,
            ResourceState::kPending);
  EXPECT_EQ(Read<testing::faulty::v1::Response>(rule, 201, R"({"text":"off"})").state_name, "off");
  EXPECT_EQ(Read<testing::faulty::v1::Response>(rule, 200, R"({"text":"OVER"})").state,
            ResourceState::kUnknown);
  EXPECT_EQ(Read<testing::faulty::v1::Response>(rule, 200, R"({"text":7})").state,
            ResourceState::kUnknown);
}

TEST(ReconcileRule, NamesReasons) {
  const ReconcileRule given = RuleOf(ReturnBook());
  EXPECT_EQ(given.field_name(), "state");
  EXPECT_EQ(given.done_reason(), "ALREADY_RETURNED");
  EXPECT_EQ(given.finished_reason(), "BOOK_LOST");
  const ReconcileRule defaults =
      RuleBy(R"(get: "/{id}" field: "state" done: "it has ended" done_reason: "WAS_OVER")");
  EXPECT_EQ(defaults.done_reason(), "WAS_OVER");
  EXPECT_EQ(defaults.finished_reason(), "FAILED_PRECONDITION");
  EXPECT_EQ(RuleBy(R"(get: "/{id}" field: "state" done: "it has ended")").done_reason(),
            "ALREADY_IT_HAS_ENDED");
}

TEST(ReconcileRule, IsReadableAfterAMove) {
  ReconcileRule first = RuleOf(ReturnBook());
  const ReconcileRule second = std::move(first);
  EXPECT_EQ(Read<library::Loan>(second, 200, R"({"state":"RETURNED"})").state,
            ResourceState::kDone);
}

TEST(ReconcileRule, SaysWhatIsWrongWithIt) {
  const std::string response = "testing.faulty.v1.Response";
  const struct {
    const char* rule;
    std::string fault;
  } cases[] = {
      {R"(get: "x" field: "state" done: "DONE")", "path template \"x\", offset 0"},
      {R"(get: "/{absent}" field: "state" done: "DONE")",
       "path variable \"absent\" names no singular field of testing.faulty.v1.Request"},
      {R"(get: "/{many}" field: "state" done: "DONE")", "path variable \"many\""},
      {R"(get: "/{id}" field: "absent" done: "DONE")",
       "field \"absent\" names no singular enum or string field of " + response},
      {R"(get: "/{id}" field: "states" done: "DONE")", "field \"states\" names no singular enum"},
      {R"(get: "/{id}" field: "number" done: "DONE")", "field \"number\" names no singular enum"},
      {R"(get: "/{id}" field: "state" done: "OVER")",
       "state \"OVER\" is none that a response can show in " + response + ".state"},
      {R"(get: "/{id}" field: "state" done: "" done_reason: "X")", "state \"\" is none that"},
      {R"(get: "/{id}" field: "text" done: "" done_reason: "X")", "state \"\" is none that"},
      {R"(get: "/{id}" field: "text" done: "x" finished: "")", "state \"\" is none that"},
      // What unknown states are read as.
      {R"(get: "/{id}" field: "state" done: "DONE" finished: "UNSPECIFIED")",
       "state \"UNSPECIFIED\" is none that a response can show"},
      {R"(get: "/{id}" field: "state" done: "DONE" finished: ["FAILED", "OVER"])",
       "state \"OVER\" is none that"},
      {R"(get: "/{id}" field: "state" done: "DONE" pending: "FAILED" finished: "FAILED")",
       "state \"FAILED\" is listed twice"},
      {R"(get: "/{id}" field: "state" done: "DONE" pending: "STATE_DONE")",
       "state \"STATE_DONE\" is listed twice"},
      {R"(get: "/{id}" field: "state" done: "DONE" done_reason: "not upper")",
       "done_reason \"not upper\" must be UPPER_SNAKE_CASE of at most 63 characters"},
      {R"(get: "/{id}" field: "state" done: "DONE" finished_reason: "X_")",
       "finished_reason \"X_\" must be UPPER_SNAKE_CASE"},
  };
  for (const auto& c : cases) {
    const auto rule = ReconcileRule::Compile(FromText<v1::Reconcile>(c.rule), MethodOf("OfMessage"),
                                             GeneratedTables());
    ASSERT_FALSE(rule.has_value()) << c.rule;
    EXPECT_THAT(rule.error(), ElementsAre(HasSubstr(c.fault))) << c.rule;
  }
}

TEST(ReconcileRule, LimitsReasons) {
  const auto compiles_with = [](std::size_t size) {
    return ReconcileRule::Compile(FromText<v1::Reconcile>(
                                      R"(get: "/{id}" field: "state" done: "DONE" done_reason: ")" +
                                      std::string(size, 'X') + "\""),
                                  MethodOf("OfMessage"), GeneratedTables())
        .has_value();
  };
  EXPECT_TRUE(compiles_with(63));
  EXPECT_FALSE(compiles_with(64));
}

TEST(ReconcileRule, NeedsTheWholeResponseAsTheBody) {
  const auto rule =
      ReconcileRule::Compile(FromText<v1::Reconcile>(R"(get: "/{id}" field: "state" done: "DONE")"),
                             MethodOf("OfField"), GeneratedTables());
  ASSERT_FALSE(rule.has_value());
  EXPECT_THAT(rule.error(), ElementsAre("the method must not have a response_body"));
}

}  // namespace
}  // namespace gateway
