from tests.busy_day import day
import collections
def test_x(day):
    c=collections.Counter(str(r.door) for r in day.tape.requests)
    for k,v in sorted(c.items()): print(v,k)
    for r in day.tape.requests:
        if r.status>=400: print(r.method,r.path,r.status)
    from tests.doorways import every_door
    print("NOT:", sorted(str(d) for d in every_door(day.tape.app) if str(d) not in c))
    for k,v in day.pages.items(): print(k, len(v), v.count("mistake"))
    for c in day.hotline.cases(): print(c.reference, c.standing, [a.channel for a in c.approaches], c.opened_at)
    print(len(day.said_by_the_product), len(day.log.splitlines()), day.log[:2500])
    assert 0
