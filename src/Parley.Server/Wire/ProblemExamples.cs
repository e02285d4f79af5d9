using System.Text.Json;
using System.Text.Json.Nodes;
using Parley.Protocol;

namespace Parley.Server.Wire;

/// <summary>An example of each refusal, as the server would send it.</summary>
internal static class ProblemExamples
{
    private const string Message = "0199e1c2-0000-7000-8000-000000000412";

    /// <summary>A problem with a code, created by the same code as real ones.</summary>
    internal static JsonNode Of(string code) => JsonSerializer.SerializeToNode(ProblemOf(code).ToProblem(), WireJson.Strict.Problem)!;

    private static ApiProblem ProblemOf(string code) => code switch
    {
        ErrorCodes.InvalidRequest => Problems.InvalidField("priority", "is 9; expected one of 1, 2, 3, 4"),
        ErrorCodes.UnknownEvent => Problems.UnknownEvent("message:sned"),
        ErrorCodes.Unauthorized => Problems.Unauthorized("The token is unknown, revoked or expired."),
        ErrorCodes.SignInRefused => Problems.SignInRefused("This sign-in link was used before; a link works once."),
        ErrorCodes.Forbidden => Problems.Forbidden("A token of kind 'observer' may not do this."),
        ErrorCodes.NotFound => Problems.NotFound("agent", "be-9"),
        ErrorCodes.MethodNotAllowed => Problems.MethodNotAllowed("PATCH"),
        ErrorCodes.UnsupportedMediaType => Problems.UnsupportedMediaType("The body must be JSON: send it with 'Content-Type: application/json'."),
        ErrorCodes.UnknownRecipient => Problems.UnknownRecipient("be-9"),
        ErrorCodes.NoCapableAgent => Problems.NoCapableAgent("review"),
        ErrorCodes.MailboxFull => Problems.MailboxFull("be-1", 10_000),
        ErrorCodes.BudgetSpent => Problems.BudgetSpent("agent", "be-1", "100 messages", "parley budget set agents be-1 --messages N"),
        ErrorCodes.LeaseLost => Problems.LeaseLost(Message),
        ErrorCodes.RateLimited => Problems.RateLimited(TimeSpan.FromMilliseconds(250)),
        ErrorCodes.RequestTimeout => Problems.RequestTimeout(Message, TimeSpan.FromSeconds(30)),
        ErrorCodes.ExecutionEnded => Problems.ExecutionEnded("0199e1c1-0000-7000-8000-000000000400"),
        ErrorCodes.Conflict => Problems.AlreadyExists("project", "shop"),
        ErrorCodes.IdempotencyConflict => Problems.IdempotencyConflict("login-page-1"),
        ErrorCodes.VersionMismatch => Problems.VersionMismatch("memory entry", "plan/login", 1042),
        ErrorCodes.TooLarge => Problems.TooLarge("The body", 1_048_576),
        ErrorCodes.SchemaMismatch => Problems.SchemaMismatch(
            "task_assignment", new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal) { ["payload/due"] = ["Value is \"integer\" but should be \"string\""] }, more: 0),
        ErrorCodes.StorageUnavailable => Problems.StorageUnavailable(),
        ErrorCodes.IndexBehind => Problems.IndexBehind(),
        ErrorCodes.Overloaded => Problems.Overloaded(),
        ErrorCodes.Stopping => Problems.Stopping(),
        ErrorCodes.InternalError => Problems.Internal(),
        _ => new ApiProblem(code, ErrorCatalog.Of(code).Title + "."),
    };
}
