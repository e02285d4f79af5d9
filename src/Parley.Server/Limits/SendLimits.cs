namespace Parley.Server.Limits;

/// <summary>How much may wait to be sent.</summary>
/// <param name="OfConnection">Bytes for one connection.</param>
/// <param name="InAll">For all together.</param>
internal sealed record SendLimits(long OfConnection, ByteBudget InAll);
