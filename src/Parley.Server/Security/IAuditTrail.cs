namespace Parley.Server.Security;

/// <summary>Keeps what admins and operators did, in the project's log.</summary>
internal interface IAuditTrail
{
    /// <param name="projectId">The project in whose log it is to be found.</param>
    /// <param name="action">What was done, as in <c>token.created</c>.</param>
    /// <param name="subject">The id of what it was done to; never a secret.</param>
    ValueTask RecordAsync(Caller caller, string projectId, string action, string subject, CancellationToken cancellationToken);
}
