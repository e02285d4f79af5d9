namespace Parley.Server.Security;

/// <summary>Records what admins and operators do in the project's log.</summary>
internal interface IAuditTrail
{
    /// <param name="projectId">The project whose log gets the entry.</param>
    /// <param name="action">What was done, such as <c>token.created</c>.</param>
    /// <param name="subject">The id of what it was done to; never a secret.</param>
    ValueTask RecordAsync(Caller caller, string projectId, string action, string subject, CancellationToken cancellationToken);
}
