namespace Parley.Server.Mcp.Tools;

internal sealed class MemoryTool() : ActionTool("memory", "list",
[
    new("get", "GET", "/memory/key/{key}") { Needs = ["key"] },
    new("set", "POST", "/memory") { Needs = ["key"], Body = Fields.Pass("key", "value", "if_version", "ttl_seconds") },
    new("list", "GET", "/memory") { Query = Fields.Pass("prefix", "limit") },
    new("delete", "DELETE", "/memory/key/{key}") { Needs = ["key"], Query = Fields.Pass("if_version"), Done = "Deleted." },
]);
