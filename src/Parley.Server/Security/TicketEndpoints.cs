using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Parley.Protocol;
using Parley.Server.Rest;
using Parley.Server.Wire;

namespace Parley.Server.Security;

/// <summary>Tickets over REST, for what can set no header.</summary>
internal static class TicketEndpoints
{
    private const int LongestPath = 2000;

    public static void MapTickets(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/tickets", Issue).WithTags("Tokens").WithName("CreateTicket")
            .WithSummary("Get a ticket that opens one stream or socket by its address within 30 s, and reopens it while your token lives.")
            .Allow(Permission.OpenTicket).Produces<Ticket>(StatusCodes.Status201Created);

    private static IResult Issue(Body<TicketRequest> body, Caller caller, Tickets tickets)
    {
        var path = body.Value.Path;
        var problem = new Validation()
            .Required("path", path)
            .Check(path is null || IsOfThisServer(path), "path", "must be a path of this server with its query, such as /api/v1/sse/project/default")
            .Check(path is null || path.Length <= LongestPath, "path", "is longer than 2000 characters")
            .Problem;
        return problem is not null ? problem : TypedResults.Created((string?)null, tickets.Issue(caller, path!));
    }

    private static bool IsOfThisServer(string path) =>
        (path.StartsWith("/api/", StringComparison.Ordinal) || path.StartsWith("/ws/", StringComparison.Ordinal))
        && !path.Contains('#', StringComparison.Ordinal) && !path.Any(char.IsControl);
}
