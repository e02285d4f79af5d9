using System.Text;
using Parley.Protocol;
using Parley.Server.Operations;
using Parley.Server.Rest;
using Parley.Server.Security;
using Parley.Server.Wire;

namespace Parley.Server.ApiDocs;

/// <summary>The operations reference page, generated from what the concepts declare.</summary>
internal static class OperationsReference
{
    /// <summary>The page as Markdown: <c>docs/reference/operations.md</c>.</summary>
    internal static string ToMarkdown(OperationCatalog catalog)
    {
        var page = new StringBuilder(
            $"""
            # Operations

            Generated from the server's own declarations; edit those, not this page.

            All operations of the server, with the REST endpoints and frames for each. REST paths are below `{ApiPath.Base}`, unless they start with
            `/health`. For an operator, "its own" means its agent and `human`. Fields, examples, and refusals are on the server's pages at `/docs`, and
            for frames in `/asyncapi.json`.

            """);
        foreach (var concept in catalog.All.GroupBy(declared => declared.Title, declared => declared.Operation, StringComparer.Ordinal))
        {
            page.Append("\n## ").Append(concept.Key).Append("\n\n| Operation | | REST | Frame | Who may |\n|---|---|---|---|---|\n");
            foreach (var operation in concept)
            {
                page.Append("| `").Append(operation.Name).Append("` | ").Append(operation.Summary).Append(" | ")
                    .AppendJoin(", ", operation.Routes.Select(RouteOf)).Append(" | ")
                    .AppendJoin(", ", operation.Frames.Select(face => $"`{face.Meaning.Name}`")).Append(" | ")
                    .Append(WhoMay(operation)).Append(" |\n");
            }
        }

        return page.ToString();
    }

    private static string RouteOf(RestFace face) =>
        $"`{face.Method} {(face.Path.StartsWith(ApiPath.Base + "/", StringComparison.Ordinal) ? face.Path[(ApiPath.Base.Length + 1)..] : face.Path)}`";

    internal static string WhoMay(Operation operation)
    {
        if (operation.Allows is not { } permission)
            return "anyone";
        var all = KindsWith(permission, Access.Yes);
        // If a path names an agent, callers that may only create have no access, because the agent already exists.
        string[] some = operation.Own is null ? KindsWith(permission, Access.Own) : [.. KindsWith(permission, Access.Own), .. KindsWith(permission, Access.CreateOnly)];
        return string.Join(", ", all) + (some.Length == 0 ? "" : $"; {string.Join(", ", some)}: {operation.Own ?? "itself"}");
    }

    private static string[] KindsWith(Permission permission, Access access) =>
        [.. Enum.GetValues<TokenKind>().Where(kind => WhoMayDoWhat.May(kind, permission) == access).Select(WireType.WordOf)];
}
