using System.Diagnostics.CodeAnalysis;
using System.Security.Claims;
using Parley.Server.Wire;

namespace Parley.Server.Security;

/// <summary>A <see cref="Security.Caller"/> as the framework represents users. Whatever scheme authenticates a request, its principal must have an
/// identity of this type: the table decides about callers, not about claims.</summary>
/// <remarks>The claims say the same in the framework's terms. They are created on demand, because a hundred thousand callers would keep them for
/// nothing.</remarks>
internal sealed class CallerIdentity(Caller caller) : ClaimsIdentity("Parley")
{
    public Caller Caller => caller;

    public override IEnumerable<Claim> Claims
    {
        get
        {
            yield return new Claim(ClaimTypes.NameIdentifier, caller.TokenId);
            yield return new Claim(RoleClaimType, WireType.WordOf(caller.Kind));
            if (caller.AgentId is { } agent)
                yield return new Claim(NameClaimType, agent);
            foreach (var claim in base.Claims)
                yield return claim;
        }
    }

    public static bool TryFind(ClaimsPrincipal principal, [NotNullWhen(true)] out Caller? caller)
    {
        // First the only identity that there usually is, because enumerating them allocates an object.
        caller = (principal.Identity as CallerIdentity ?? principal.Identities.OfType<CallerIdentity>().FirstOrDefault())?.Caller;
        return caller is not null;
    }

    public override ClaimsIdentity Clone() => new CallerIdentity(caller);
}
