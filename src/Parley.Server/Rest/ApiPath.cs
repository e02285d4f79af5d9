namespace Parley.Server.Rest;

internal static class ApiPath
{
    /// <summary>The base path of the API.</summary>
    internal const string Base = "/api/v1";
}
