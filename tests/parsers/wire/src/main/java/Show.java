import com.squareup.wire.schema.EnumType;
import com.squareup.wire.schema.Field;
import com.squareup.wire.schema.Location;
import com.squareup.wire.schema.MessageType;
import com.squareup.wire.schema.Options;
import com.squareup.wire.schema.ProtoMember;
import com.squareup.wire.schema.ProtoType;
import com.squareup.wire.schema.Rpc;
import com.squareup.wire.schema.Schema;
import com.squareup.wire.schema.SchemaLoader;
import com.squareup.wire.schema.Service;
import java.nio.file.FileSystems;
import java.util.List;
import java.util.Map;

/** Prints what Wire has found in proto/. Usage: Show PROTO_FOLDER */
public final class Show {
  private static final ProtoType METHOD_OPTIONS = Options.METHOD_OPTIONS;

  public static void main(String[] arguments) {
    SchemaLoader loader = new SchemaLoader(FileSystems.getDefault());
    // All `.proto` files below it.
    loader.initRoots(List.of(Location.get(arguments[0])), List.of());
    Schema schema = loader.loadSchema();

    Service service = schema.getService("extend.v1.SplitRunService");
    Rpc cancel = service.rpc("CancelSplitRun");
    Options options = cancel.getOptions();
    Object http = options.get(member(METHOD_OPTIONS, "google.api.http"));
    Object idempotency = options.get(member(METHOD_OPTIONS, "idempotency_level"));
    System.out.printf(
        "CancelSplitRun: POST %s, %s%n", text(http, "google.api.HttpRule", "post"), idempotency);
    Object reconcile = options.get(member(METHOD_OPTIONS, "gateway.v1.reconcile"));
    String type = "gateway.v1.Reconcile";
    System.out.printf(
        "reconciled by GET %s: done is %s, finished are %s%n",
        text(reconcile, type, "get"),
        text(reconcile, type, "done"),
        String.join(" ", texts(reconcile, type, "finished")));
    System.out.printf(
        "takes %s, returns %s%n",
        cancel.getRequestType().getSimpleName(), cancel.getResponseType().getSimpleName());

    Field status = ((MessageType) schema.getType("extend.v1.SplitRun")).field("status");
    System.out.printf(
        "SplitRun.status: field %d, %s%n", status.getTag(), status.getType().getSimpleName());
    EnumType sortBy = (EnumType) schema.getType("extend.v1.SortBy");
    Object jsonName =
        sortBy
            .constant("SORT_BY_CREATED_AT")
            .getOptions()
            .get(member(Options.ENUM_VALUE_OPTIONS, "gateway.v1.json_name"));
    System.out.printf("SORT_BY_CREATED_AT is %s in JSON%n", jsonName);

    Object upstream = service.options().get(member(Options.SERVICE_OPTIONS, "gateway.v1.upstream"));
    type = "gateway.v1.Upstream";
    System.out.println("base URL " + text(upstream, type, "base_url"));
    for (Object region : list(upstream, type, "regions")) {
      System.out.printf(
          "region %s: %s%n",
          text(region, "gateway.v1.Region", "name"), text(region, "gateway.v1.Region", "base_url"));
    }
    for (Object header : list(upstream, type, "headers")) {
      System.out.printf(
          "header %s: %s%n",
          text(header, "gateway.v1.RequestHeader", "name"),
          text(header, "gateway.v1.RequestHeader", "value"));
    }
    System.out.println("returned headers " + String.join(" ", texts(upstream, type, "returned_headers")));
  }

  private static ProtoMember member(ProtoType type, String name) {
    return ProtoMember.get(type, name);
  }

  /** An option's value is a map of members to values; `-` when it lacks this one. */
  private static String text(Object value, String type, String name) {
    Object found = ((Map<?, ?>) value).get(ProtoMember.get(type + "#" + name));
    return found == null ? "-" : (String) found;
  }

  private static List<?> list(Object value, String type, String name) {
    return (List<?>) ((Map<?, ?>) value).get(ProtoMember.get(type + "#" + name));
  }

  private static List<String> texts(Object value, String type, String name) {
    return list(value, type, name).stream().map(String.class::cast).toList();
  }
}
