namespace Parley.Server.Mcp.Tools;

internal sealed class TaskTool() : ActionTool("task", "list",
[
    new("list", "GET", "/tasks") { Query = Fields.Pass("agent_id:agent", "status", "limit") },
    new("get", "GET", "/tasks/{task_id}") { Needs = ["task_id"] },
    new("create", "POST", "/tasks")
    {
        Needs = ["title"],
        Body = Fields.Pass("title", "description", "agent_id", "required_capabilities", "priority", "depends_on", "due_date"),
    },
    new("assign", "POST", "/tasks/{task_id}/assign") { Needs = ["task_id"], Body = Fields.Pass("agent_id") },
    new("accept", "POST", "/tasks/{task_id}/accept") { Needs = ["task_id"], Body = Fields.Pass("fence", "lease_seconds") },
    new("start", "POST", "/tasks/{task_id}/start") { Needs = ["task_id"], Body = Fields.Pass("fence", "lease_seconds") },
    new("extend", "POST", "/tasks/{task_id}/extend") { Needs = ["task_id"], Body = Fields.Pass("fence", "lease_seconds") },
    new("complete", "POST", "/tasks/{task_id}/complete") { Needs = ["task_id"], Body = Fields.Pass("fence", "result") },
    new("fail", "POST", "/tasks/{task_id}/fail") { Needs = ["task_id"], Body = Fields.Pass("fence", "error") },
    new("reject", "POST", "/tasks/{task_id}/reject") { Needs = ["task_id"], Body = Fields.Pass("fence", "reason") },
    new("cancel", "PUT", "/tasks/{task_id}") { Needs = ["task_id"], Body = new Fields().Set("status", "cancelled") },
]);
