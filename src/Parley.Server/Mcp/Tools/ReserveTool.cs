namespace Parley.Server.Mcp.Tools;

internal sealed class ReserveTool() : ActionTool("reserve", "reserve",
[
    new("reserve", "POST", "/reservations")
    {
        Needs = ["paths"],
        Body = Fields.Pass("paths", "mode", "ttl_seconds", "reason", "wait").SetAgent("agent_id"),
        Introduction = "With status active, the paths are yours until expires_at; with waiting, a message says when they are.",
    },
    new("renew", "POST", "/reservations/{reservation_id}/renew") { Needs = ["reservation_id"], Body = Fields.Pass("ttl_seconds") },
    new("release", "DELETE", "/reservations/{reservation_id}") { Needs = ["reservation_id"] },
    new("check", "POST", "/reservations/check") { Needs = ["paths"], Body = Fields.Pass("paths:files").SetAgent("agent_id"), Introduction = "Reserved by others:" },
    new("list", "GET", "/reservations"),
]);
