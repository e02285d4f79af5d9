using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Parley.Server.Coordination;

namespace Parley.Server.Security;

/// <summary>Authenticates by <c>?ticket=</c>.</summary>
internal sealed class TicketHandler(Tickets tickets, IClusterView cluster) : CallerHandler
{
    public const string Parameter = "ticket";

    protected override async Task<AuthenticateResult> FindAsync()
    {
        var request = Context.Request;
        if (!request.Query.TryGetValue(Parameter, out var ticket))
            return AuthenticateResult.NoResult();

        // A ticket is part of a URL, which people may copy. So it opens only streams and sockets, and cannot change anything.
        if (!HttpMethods.IsGet(request.Method) && !HttpMethods.IsConnect(request.Method))
            return Refuse("A ticket opens only streams and sockets; send the token as 'Authorization: Bearer TOKEN'.");
        var visit = await tickets.OpenAsync(ticket.ToString(), request.Path, request.QueryString, Context.RequestAborted);
        if (visit is null)
        {
            // Its token may have just been created by another node.
            await cluster.CatchUpAsync(Context.RequestAborted);
            visit = await tickets.OpenAsync(ticket.ToString(), request.Path, request.QueryString, Context.RequestAborted);
        }

        if (visit is null)
            return Refuse("The ticket is for another URL, was used too late or too often, or its token has ended: request a new one.");
        Context.Response.OnCompleted(static visit => ((TicketVisit)visit).EndAsync().AsTask(), visit);
        return AuthenticateResult.Success(new AuthenticationTicket(visit.Caller.Principal, CallerSchemes.Ticket));
    }
}
